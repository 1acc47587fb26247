using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.Products;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.LicenseTemplates;

/// <summary>Makes the defaults for new licences.</summary>
public sealed record CreateLicenseTemplate(LicenseTemplateId Id, string Name, TemplateTerms Terms) : ICommand<LicenseTemplate>
{
    public const int MostIpRanges = 20;
    public const int MostRequirements = 50;

    public sealed class Validator : AbstractValidator<CreateLicenseTemplate>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Terms.RequiredMetadataKeys).Tags(most: MostRequirements);
            RuleFor(c => c.Terms.RequiredMeterAttributes).Tags(most: MostRequirements);
        }
    }

    /// <summary>What is wrong with what the terms require of licences.</summary>
    internal static FieldError? WrongRequirements(TemplateTerms terms) =>
        Rules.WrongTexts(terms.RequiredMetadataKeys, MostRequirements) is { } keys ? new("/requiredMetadataKeys", keys)
        : Rules.WrongTexts(terms.RequiredMeterAttributes, MostRequirements) is { } meters ? new("/requiredMeterAttributes", meters)
        : null;

    public sealed class Handler(Store store) : ICommandHandler<CreateLicenseTemplate, LicenseTemplate>
    {
        public Task<Result<LicenseTemplate>> Handle(CreateLicenseTemplate command, CancellationToken cancellationToken) => Task.FromResult(
            LicenseRules.Wrong(command.Terms.Policy, command.Terms.Term, MostIpRanges) is { } wrong
                ? wrong
                : store.LicenseTemplates.Start(command.Id, LicenseTemplate.New(command.Id, command.Name.Trim(), command.Terms)));
    }
}

/// <summary>Changes a template; licences that exist keep their terms.</summary>
public sealed record ChangeLicenseTemplate(LicenseTemplateId LicenseTemplate, Optional<string> Name, Func<TemplateTerms, TemplateTerms> Terms)
    : ICommand<LicenseTemplate>
{
    public Guid? Target => LicenseTemplate.Value;

    public sealed class Validator : AbstractValidator<ChangeLicenseTemplate>
    {
        public Validator() => RuleFor(c => c.Name).Text(1);
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeLicenseTemplate, LicenseTemplate>
    {
        public async Task<Result<LicenseTemplate>> Handle(ChangeLicenseTemplate command, CancellationToken cancellationToken)
        {
            var template = await store.LicenseTemplates.Latest(command.LicenseTemplate, cancellationToken);
            var terms = command.Terms(template.Terms);
            return !template.Exists ? Refusal.LicenseTemplateNotFound
                : LicenseRules.Wrong(terms.Policy, terms.Term, CreateLicenseTemplate.MostIpRanges) is { } wrong ? wrong
                : CreateLicenseTemplate.WrongRequirements(terms) is { } requirement ? Refusal.Validation([requirement])
                : await store.LicenseTemplates.Decide(command.LicenseTemplate, state => state.Change(command.Name, command.Terms), cancellationToken);
        }
    }
}

/// <summary>Deletes a template that no product uses.</summary>
public sealed record DeleteLicenseTemplate(LicenseTemplateId LicenseTemplate) : ICommand<LicenseTemplate>
{
    public Guid? Target => LicenseTemplate.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteLicenseTemplate, LicenseTemplate>
    {
        public async Task<Result<LicenseTemplate>> Handle(DeleteLicenseTemplate command, CancellationToken cancellationToken)
        {
            if (!(await store.LicenseTemplates.Latest(command.LicenseTemplate, cancellationToken)).Exists)
                return Refusal.LicenseTemplateNotFound;

            var products = await store.Session.QueryAsync<Product>(
                "where (data ->> 'template')::uuid = ? and (data ->> 'deleted')::boolean = false limit 1", cancellationToken, command.LicenseTemplate.Value);
            return products.Count > 0
                ? Refusal.LicenseTemplateInUse
                : await store.LicenseTemplates.Decide(command.LicenseTemplate, template => template.Delete(), cancellationToken);
        }
    }
}

/// <summary>One licence template, as committed now.</summary>
public sealed record GetLicenseTemplate(LicenseTemplateId LicenseTemplate) : IQuery<LicenseTemplate>
{
    public sealed class Handler(Store store) : IQueryHandler<GetLicenseTemplate, LicenseTemplate>
    {
        public async Task<Result<LicenseTemplate>> Handle(GetLicenseTemplate query, CancellationToken cancellationToken) =>
            await store.LicenseTemplates.Latest(query.LicenseTemplate, cancellationToken) is { Exists: true } template
                ? template
                : Refusal.LicenseTemplateNotFound;
    }
}
