using System.Net;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Asks again, as the answer says, when a read model is behind because much else happens on the machine; whatever is asked waits for it.</summary>
internal sealed class PatientHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); ;)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode is not HttpStatusCode.ServiceUnavailable || request.Content is StreamContent || watch.Elapsed > Longest)
                return answer;

            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            if (!(await answer.Content.ReadAsStringAsync(cancellationToken)).Contains("READ_MODEL_BEHIND", StringComparison.Ordinal))
                return answer;
            answer.Dispose();
            await Task.Delay(50, cancellationToken);
        }
    }
}
