using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Client;

/// <summary>
/// Licenses one application on one machine. With a server it activates, syncs and deactivates; without one it makes requests that people carry to the server, and
/// accepts what they bring back. What it knows is in one file, and what it believes is signed with the key of the product.
/// </summary>
/// <remarks>It is meant for one thread at a time. Nothing here is thrown but what the file system throws; a "no" is a <see cref="Problem"/>.</remarks>
/// <param name="product">Which product the application is.</param>
/// <param name="machine">The machine it runs on; usually <see cref="Machine.Here"/>, with the release of the application.</param>
/// <param name="statePath">The file to remember things in. It is made readable by its owner only.</param>
/// <param name="server">Reaches the server: its base address, and for licences of named users a bearer token. Null for a machine without a network.</param>
/// <param name="clock">What time it is; null for the clock of the machine.</param>
public sealed class LicenseClient(ProductFile product, Machine machine, string statePath, HttpClient? server = null, TimeProvider? clock = null)
{
    /// <summary>The clock is remembered at most this often.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly StateFile file = new(statePath);

    private DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Activates the licence on this machine, or again if it has been activated before.</summary>
    /// <param name="key">The licence key.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <returns>The new token, with a problem if it does not license now.</returns>
    public async Task<Outcome<LicenseToken>> ActivateAsync(string key, CancellationToken cancellation = default) =>
        await TakeAsync(HttpMethod.Post, "v3/activations", key, cancellation);

    /// <summary>
    /// Reports to the server, and takes what it says now; a lease is renewed. When the server has ended the activation, or revoked the response it came by, the
    /// application forgets it.
    /// </summary>
    /// <param name="cancellation">Stops the request.</param>
    public async Task<Outcome<LicenseToken>> SyncAsync(CancellationToken cancellation = default) =>
        Kept(file.Read()) is not { Key: { } key, Token: { } token } ? NotActivated<LicenseToken>()
        : await TakeAsync(HttpMethod.Patch, $"v3/activations/{token.ActivationId}", key, cancellation);

    /// <summary>Gives the place of this machine back. When it is done, or the server knows of no such activation, the application forgets it.</summary>
    /// <param name="cancellation">Stops the request.</param>
    /// <returns>The last token.</returns>
    public async Task<Outcome<LicenseToken>> DeactivateAsync(CancellationToken cancellation = default)
    {
        if (Kept(file.Read()).Token is not { } token)
            return NotActivated<LicenseToken>();

        var body = new JsonObject
        {
            ["fingerprint"] = machine.Fingerprint,
            ["userHash"] = machine.UserHash,
            ["os"] = machine.Os,
            ["productId"] = product.ProductId.ToString(),
            ["accountId"] = product.AccountId.ToString(),
        };
        var (_, problem) = await AskAsync(HttpMethod.Post, $"v3/activations/{token.ActivationId}/deactivate", body, cancellation);
        if (problem is null or { Reason: Reason.ActivationEnded })
            file.Write(file.Read().WithoutActivation());
        return new(token, problem);
    }

    /// <summary>Whether this machine is licensed now, by what it knows; this asks nobody.</summary>
    /// <returns>The token, with a problem if it does not license now.</returns>
    public Outcome<LicenseToken> Verify()
    {
        var state = file.Read();
        if (state.Token is null)
            return NotActivated<LicenseToken>();
        var read = LicenseToken.Read(state.Token, product);
        return read.Value is { } token ? Judged(token, state) : read;
    }

    /// <summary>Makes the text of a request that somebody carries to the server. Only the response to the latest one is accepted.</summary>
    /// <param name="key">The licence key; it is not in the text.</param>
    /// <param name="user">Whose machine it is, for a licence of named users that an administrator carries the request for.</param>
    /// <param name="metadata">What the application attaches to the activation.</param>
    public string MakeOfflineRequest(string key, Guid? user = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var (request, now) = (Guid.NewGuid(), Now);
        var text = CarriedText.Activation(request, now, key, product, machine, user, metadata);
        file.Write(file.Read() with { PendingRequest = request, PendingKey = key.Trim() });
        return text;
    }

    /// <summary>
    /// Takes the response to the latest request. It is refused, each for a reason of its own, when it is malformed, for another product, altered, of another kind,
    /// for another machine, to another request or one that was answered before, or run out; what the application knows stays then.
    /// </summary>
    /// <param name="text">The response, or the JSON that it came in.</param>
    /// <returns>The token, with a problem if it was refused or does not license now.</returns>
    public Outcome<LicenseToken> AcceptOfflineResponse(string text)
    {
        var state = file.Read();
        var read = LicenseToken.Read(CarriedText.Token(text), product);
        if (read.Value is not { } token)
            return read;
        if (!token.IsOffline)
            return Outcome<LicenseToken>.Of(Reason.WrongKind, "This is the token of a machine that was online, not a response to a request.");
        if (!machine.Matches(token.Fingerprint, token.FingerprintStrategy))
            return Outcome<LicenseToken>.Of(Reason.ForeignMachine, "This is the response for another machine.");
        if (state.PendingRequest is not { } pending || token.RequestId != pending)
            return Outcome<LicenseToken>.Of(Reason.OtherRequest, "This answers no request that this machine is waiting for. Make a new request and carry that.");
        if (Now >= token.ValidUntil)
            return Outcome<LicenseToken>.Of(Reason.ResponseExpired, $"This was good until {token.ValidUntil:u}. Make a new request.");

        var accepted = state with { Key = state.PendingKey, Token = token.Text, PendingRequest = null, PendingKey = null, Deactivation = null, LastSeen = token.IssuedAt };
        file.Write(accepted);
        return Judged(token, accepted);
    }

    /// <summary>
    /// Deactivates this machine, and then makes the proof of it that somebody carries to the server. Asked again it gives the same text, until the next
    /// activation.
    /// </summary>
    public Outcome<string> MakeOfflineDeactivation()
    {
        var state = file.Read();
        if (Kept(state) is not { Key: { } key, Token: { } token })
            return state.Deactivation is { } before ? new(before, null) : NotActivated<string>();

        var text = CarriedText.Deactivation(Guid.NewGuid(), Now, key, product, machine, token.ActivationId, token.RequestId);
        file.Write(state.WithoutActivation() with { Deactivation = text });
        return new(text, null);
    }

    private static Outcome<T> NotActivated<T>() where T : class => Outcome<T>.Of(Reason.NotActivated, "The application is not activated on this machine.");

    /// <summary>The activation that the state holds, as far as it is genuine.</summary>
    private (string? Key, LicenseToken? Token) Kept(State state) => (state.Key, state.Token is null ? null : LicenseToken.Read(state.Token, product).Value);

    /// <summary>A genuine token, and what there is against it now.</summary>
    private Outcome<LicenseToken> Judged(LicenseToken token, State state)
    {
        var now = Now;
        var problem = !machine.Matches(token.Fingerprint, token.FingerprintStrategy) ? new(Reason.ForeignMachine, "The activation is that of another machine.")
            : token.AllowedClockOffset is { } offset && now < Latest(token.IssuedAt, state.LastSeen) - offset
                ? new(Reason.ClockTurnedBack, $"The clock of this machine shows a time that is past; it was at least {Latest(token.IssuedAt, state.LastSeen):u}.")
            : token.IsSuspended ? new(Reason.LicenseSuspended, "The license is suspended.")
            : now >= token.ExpiresAt ? new(Reason.LicenseExpired, $"The license expired at {token.ExpiresAt:u}.")
            : now >= token.LeaseExpiresAt ? new(Reason.LeaseEnded, $"The lease ended at {token.LeaseExpiresAt:u}.")
            : token.IsOffline && now >= token.ValidUntil ? new(Reason.ResponseExpired, $"The offline response was good until {token.ValidUntil:u}. Make a new request.")
            : now >= token.SyncUntil ? new(Reason.SyncOverdue, $"The application should have synced by {token.SyncUntil:u}.")
            : (Problem?)null;
        if (now - state.LastSeen > BetweenLooks)
            file.Write(state with { LastSeen = now });
        return new(token, problem);
    }

    private static DateTimeOffset Latest(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private async Task<Outcome<LicenseToken>> TakeAsync(HttpMethod method, string path, string key, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["key"] = key.Trim(),
            ["productId"] = product.ProductId.ToString(),
            ["accountId"] = product.AccountId.ToString(),
            ["fingerprint"] = machine.Fingerprint,
            ["userHash"] = machine.UserHash,
            ["hostname"] = machine.Hostname,
            ["os"] = machine.Os,
            ["osVersion"] = machine.OsVersion,
            ["vmName"] = machine.VmName,
            ["container"] = machine.Container,
            ["releaseVersion"] = machine.ReleaseVersion,
            ["releaseChannel"] = machine.ReleaseChannel,
            ["releasePlatform"] = machine.ReleasePlatform,
        };
        var (answer, problem) = await AskAsync(method, path, body, cancellation);
        if (problem is { Reason: Reason.ActivationEnded })
            file.Write(file.Read().WithoutActivation());
        if (problem is not null)
            return new(null, problem);

        var read = LicenseToken.Read((string?)answer?["activationToken"] ?? "", product);
        if (read.Value is not { } token)
            return read;
        if (!machine.Matches(token.Fingerprint, token.FingerprintStrategy))
            return Outcome<LicenseToken>.Of(Reason.ForeignMachine, "The server answered for another machine.");

        // An answer that was recorded and comes again does not tell what time it is.
        var before = file.Read();
        var isNew = !(token.IssuedAt <= Kept(before).Token?.IssuedAt);
        var state = before with { Key = key.Trim(), Token = token.Text, Deactivation = null, LastSeen = isNew ? token.IssuedAt : before.LastSeen };
        file.Write(state);
        return Judged(token, state);
    }

    private async Task<(JsonNode? Answer, Problem? Problem)> AskAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellation)
    {
        if (server is null)
            return (null, new(Reason.Unreachable, "There is no server to ask."));
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
            using var response = await server.SendAsync(request, cancellation).ConfigureAwait(false);
            var answer = await response.Content.ReadFromJsonAsync<JsonNode>(cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? (answer, null)
                : (null, response.StatusCode is HttpStatusCode.NotFound && (string?)answer?["code"] == "NOT_FOUND" ? new(Reason.ActivationEnded, "The server has ended this activation.")
                    : response.StatusCode >= HttpStatusCode.InternalServerError || response.StatusCode == HttpStatusCode.TooManyRequests ? new(Reason.Unreachable, $"The server is out of order: {(int)response.StatusCode}.")
                    : new(Reason.Refused, (string?)answer?["message"] ?? "The server refuses.", (string?)answer?["code"]));
        }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, new(Reason.Unreachable, $"The server cannot be reached: {e.Message}"));
        }
    }
}
