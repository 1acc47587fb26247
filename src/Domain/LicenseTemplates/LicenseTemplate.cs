using System.Diagnostics;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.LicenseTemplates;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a licence template.</summary>
public abstract record LicenseTemplateEvent { private protected LicenseTemplateEvent() { } }

/// <summary>The vendor has a new set of defaults for licences.</summary>
public sealed record LicenseTemplateCreated(LicenseTemplateId Template, string Name, TemplateTerms Terms) : LicenseTemplateEvent;
/// <summary>The template goes by another name.</summary>
public sealed record LicenseTemplateRenamed(LicenseTemplateId Template, string Name) : LicenseTemplateEvent;
/// <summary>Licences created from now on start with these terms; existing ones keep theirs.</summary>
public sealed record LicenseTemplateTermsChanged(LicenseTemplateId Template, TemplateTerms Terms) : LicenseTemplateEvent;
/// <summary>The template gives its defaults to no new licence.</summary>
public sealed record LicenseTemplateDeleted(LicenseTemplateId Template) : LicenseTemplateEvent;

/// <summary>The defaults a template gives to new licences.</summary>
public sealed record TemplateTerms(
    string KeyPattern, LicensePolicy Policy, LicenseTerm Term, ValueList<string> RequiredMetadataKeys, ValueList<string> RequiredMeterAttributes);

/// <summary>The defaults of new licences. Changing a template never changes a licence that exists.</summary>
public sealed record LicenseTemplate(LicenseTemplateId Id, string Name, TemplateTerms Terms, bool Deleted, Recorded Recorded)
    : IAggregate<LicenseTemplate, LicenseTemplateEvent>
{
    public static LicenseTemplate Initial { get; } = new(default, "", new(LicensePolicy.DefaultKeyPattern, new(), new(), [], []), false, default);

    public bool Exists => Id != default && !Deleted;

    public LicenseTemplate With(Recorded recorded) => this with { Recorded = recorded };

    public static LicenseTemplate Evolve(LicenseTemplate template, LicenseTemplateEvent @event) => @event switch
    {
        LicenseTemplateCreated e => template with { Id = e.Template, Name = e.Name, Terms = e.Terms },
        LicenseTemplateRenamed e => template with { Name = e.Name },
        LicenseTemplateTermsChanged e => template with { Terms = e.Terms },
        LicenseTemplateDeleted => template with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in LicenseTemplate.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<LicenseTemplateEvent> New(LicenseTemplateId id, string name, TemplateTerms terms) =>
        LicenseKeyPattern.Parse(terms.KeyPattern).Refusal is { } refusal ? refusal : [new LicenseTemplateCreated(id, name, terms)];

    public Decision<LicenseTemplateEvent> Change(Optional<string> name, Func<TemplateTerms, TemplateTerms> change)
    {
        if (!Exists)
            return Refusal.LicenseTemplateNotFound;

        var terms = change(Terms);
        return LicenseKeyPattern.Parse(terms.KeyPattern).Refusal is { } refusal ? refusal :
        [
            .. name.WhenChanged(Name, to => new LicenseTemplateRenamed(Id, to) as LicenseTemplateEvent),
            .. terms == Terms ? (LicenseTemplateEvent[])[] : [new LicenseTemplateTermsChanged(Id, terms)],
        ];
    }

    /// <summary>The refusal of a new licence that lacks metadata or a meter which the template requires.</summary>
    public Refusal? Lacking(NewLicense license) =>
        Terms.RequiredMetadataKeys.FirstOrDefault(key => license.Metadata.All(entry => entry.Key != key)) is { } key ? Refusal.RequiredMetadataMissing(key)
        : Terms.RequiredMeterAttributes.FirstOrDefault(name => license.Meters.All(meter => meter.Name != name)) is { } name
            ? Refusal.RequiredMeterAttributeMissing(name)
        : null;

    public Decision<LicenseTemplateEvent> Delete() => Deleted ? [] : Exists ? [new LicenseTemplateDeleted(Id)] : Refusal.LicenseTemplateNotFound;
}
