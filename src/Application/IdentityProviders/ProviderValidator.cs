using System.Text.RegularExpressions;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using FluentValidation;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>The rules for the text of a provider.</summary>
public sealed partial class ProviderValidator : AbstractValidator<IdentityProvider>
{
    public const int MostScopes = 20;
    public const int MostDomains = 50;
    public const int MostGroups = 100;

    public ProviderValidator()
    {
        RuleFor(p => p.Issuer).Text(1);
        RuleFor(p => p.ClientId).Text(1);
        RuleFor(p => p.Scopes).Tags(MostScopes);
        RuleFor(p => p.Scopes).Must(scopes => scopes.All(scope => Scope().IsMatch(scope))).WithMessage("has an element with characters that no scope has.");
        RuleFor(p => p.AllowedEmailDomains).Tags(MostDomains);
        RuleFor(p => p.AllowedEmailDomains).Must(domains => domains.All(domain => Domain().IsMatch(domain))).WithMessage("has an element that is no domain, such as acme.example.");
        RuleFor(p => p.DefaultRole).Must(role => Rules.WrongText(role.Name, 1, Rules.MostText) is null).WithMessage($"must have 1 to {Rules.MostText} characters.");
        RuleFor(p => p.GroupClaim).Text();
        RuleFor(p => p.GroupClaim).NotEmpty().When(p => p.Groups.Count > 0).WithMessage("is required with 'groupMappings'.");
        RuleFor(p => p.Groups.Count).LessThanOrEqualTo(MostGroups).OverridePropertyName("GroupMappings").WithMessage($"must have at most {MostGroups} elements.");
        RuleForEach(p => p.Groups).ChildRules(group => group.RuleFor(g => g.Value).Text(1)).OverridePropertyName("GroupMappings");
    }

    [GeneratedRegex(@"^[\x21\x23-\x5B\x5D-\x7E]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Scope();

    [GeneratedRegex(@"^[\p{L}\p{Nd}-]+(\.[\p{L}\p{Nd}-]+)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Domain();
}
