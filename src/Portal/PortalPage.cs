using EventSourcedOrgs.Portal.Api;
using Microsoft.AspNetCore.Components;

namespace EventSourcedOrgs.Portal;

/// <summary>What every page has at hand: the service, the session, the request, and the way from a command to the next page.</summary>
public abstract class PortalPage : ComponentBase
{
    /// <summary>The field of a form that says that its effect was looked at.</summary>
    public const string Seen = "seen";

    private bool isLoaded;

    [Inject] public required ApiClient Api { get; set; }

    [Inject] public required PortalSession Session { get; set; }

    [Inject] public required NavigationManager Navigation { get; set; }

    [Inject] public required TimeProvider Clock { get; set; }

    [CascadingParameter] public required HttpContext Http { get; set; }

    /// <summary>What the service said to the last form; the fields of the form find their part in it.</summary>
    protected Problem? Problem { get; private set; }

    /// <summary>What the form that was sent would do, while that is to be confirmed; a <c>SecondLook</c> shows it.</summary>
    protected Preview? Foreseen { get; private set; }

    /// <summary>Names of the users and licences that it speaks of.</summary>
    protected IReadOnlyDictionary<Guid, string> ForeseenNames { get; private set; } = new Dictionary<Guid, string>();

    protected Posted Posted => new(Http.Request);

    protected Profile Me => Session.Me!;

    /// <summary>The list that the address of this page describes.</summary>
    protected ListQuery List => ListQuery.Of(Http.Request);

    protected string? Asked(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>Asks for what the page shows. Nothing of it is rendered before that.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        if (!isLoaded)
            await LoadAsync();
        isLoaded = true;
        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>Names of the users and licences that a preview speaks of.</summary>
    protected virtual Task<IReadOnlyDictionary<Guid, string>> NamesIn(Preview? preview) => Task.FromResult<IReadOnlyDictionary<Guid, string>>(new Dictionary<Guid, string>());

    /// <summary>Does what a form asks for; when somebody gains or loses access by it, that is shown first, and it is done when it was confirmed.</summary>
    protected async Task Decide<T>(Call<T> call, string to, string notice)
    {
        if (!Posted.Flag(Seen) && (!await Foresee(call) || Foreseen!.ChangesAccess))
            return;
        Foreseen = null;
        Finish(await Api.Send(call), to, notice);
    }

    /// <summary>The same for what has an effect in any case.</summary>
    protected async Task DecideAfterLook<T>(Call<T> call, string to, string notice)
    {
        if (Posted.Flag(Seen))
            Finish(await Api.Send(call), to, notice);
        else
            await Foresee(call);
    }

    private async Task<bool> Foresee<T>(Call<T> call)
    {
        var outcome = await Api.Foresee(call);
        if (!Accept(outcome))
            return false;
        (Foreseen, ForeseenNames) = (outcome.Value, await NamesIn(outcome.Value));
        return true;
    }

    /// <summary>Goes on to a page and tells there what was done, if it was; otherwise stays, with the problem.</summary>
    protected bool Finish<T>(Outcome<T> outcome, string to, string notice) => Finish(outcome, _ => to, notice);

    protected bool Finish<T>(Outcome<T> outcome, Func<T, string> to, string notice)
    {
        if (!Accept(outcome))
            return false;
        Session.Tell(notice);
        Navigation.NavigateTo(to(outcome.Value!));
        return true;
    }

    /// <summary>Whether the service did it; if not, the page says why.</summary>
    protected bool Accept<T>(Outcome<T> outcome) => outcome.Problem is not { } problem || Refuse(problem);

    protected bool Refuse(Problem problem)
    {
        if (problem.Status is StatusCodes.Status401Unauthorized)
            throw new ApiException(problem);
        // The framework takes a 404 for a page that is not there and drops what the page has to say.
        (Problem, Http.Response.StatusCode) = (problem, problem.Status is StatusCodes.Status404NotFound ? StatusCodes.Status400BadRequest : problem.Status);
        return false;
    }

    /// <summary>Something that the page itself finds wrong with a field.</summary>
    protected bool Refuse(string field, string message) => Refuse(OwnProblem.Of(StatusCodes.Status400BadRequest, "VALIDATION_FAILED", message) with
    {
        Errors = new Dictionary<string, IReadOnlyList<string>> { [$"/{field}"] = [message] },
    });
}
