using EventSourcedOrgs.Portal.Api;
using Microsoft.AspNetCore.Components;

namespace EventSourcedOrgs.Portal.Components;

/// <summary>What all fields of a form have: a name that is that of the service, a label, a hint, and what was wrong with it.</summary>
public abstract class FormField : ComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }

    /// <summary>What the service said to the form around this field.</summary>
    [CascadingParameter(Name = "Problem")] public Problem? Problem { get; set; }

    /// <summary>The name of the form around this field: a page can have several, of which one was sent.</summary>
    [CascadingParameter(Name = "Form")] public string? Form { get; set; }

    [Parameter] public required string Label { get; set; }

    [Parameter] public required string Name { get; set; }

    [Parameter] public string? Hint { get; set; }

    [Parameter] public bool Required { get; set; }

    protected string Id => $"{Form}-{Name.Replace('/', '-')}";

    /// <summary>Whether this form was sent, so that its fields keep what was typed.</summary>
    protected bool IsSent => Posted.IsSent && Posted.Text("_handler") == Form;

    protected Posted Posted => new(Http.Request);

    protected IReadOnlyList<string> Errors => !IsSent ? []
        : [.. Problem?.Errors?.Where(error => error.Key == $"/{Name}" || error.Key.StartsWith($"/{Name}/", StringComparison.Ordinal)).SelectMany(error => error.Value) ?? []];

    protected string? DescribedBy => Errors.Count > 0 ? $"{Id}-error" : Hint is not null ? $"{Id}-hint" : null;
}
