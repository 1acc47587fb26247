using System.Collections.Concurrent;
using System.Globalization;
using EventSourcedOrgs.Application;

namespace EventSourcedOrgs.Host.Api;

/// <summary>How many streams each caller holds open: what one person forgets to close is not to keep others out.</summary>
internal sealed class OpenStreams
{
    public const int MostOfOne = 20;
    private const int SecondsToWait = 15;

    private readonly ConcurrentDictionary<string, int> open = new();

    /// <summary>Takes room for the answer to a request, as long as that lasts; gives the refusal when its caller has enough.</summary>
    public IResult? Refuse(HttpContext http)
    {
        var caller = http.RequestServices.GetRequiredService<Context>().Caller.Actor;
        if (!Take(caller))
        {
            http.Response.Headers.RetryAfter = SecondsToWait.ToString(CultureInfo.InvariantCulture);
            return TypedResults.StatusCode(StatusCodes.Status429TooManyRequests);
        }

        http.Response.OnCompleted(() =>
        {
            Give(caller);
            return Task.CompletedTask;
        });
        return null;
    }

    /// <summary>Takes room for one more; false when this caller has enough.</summary>
    private bool Take(string caller)
    {
        if (open.AddOrUpdate(caller, 1, static (_, count) => count + 1) <= MostOfOne)
            return true;
        Give(caller);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    private void Give(string caller)
    {
        open.AddOrUpdate(caller, 0, static (_, count) => count - 1);
        open.TryRemove(new(caller, 0));
    }
}
