using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;

namespace EventSourcedOrgs.Host.Api;

/// <summary>What users see and change of themselves, and passwords.</summary>
internal static class ProfileEndpoints
{
    public static void MapProfile(this Routes routes)
    {
        var me = routes.MapGroup("/me").WithTags("Profile");

        me.MapGet("", Task<IResult> (HttpContext http, Scopes scopes) =>
                http.Ask(new GetProfile(), (user, store, cancellation) => WireProfile.Of(user, store, scopes, cancellation), u => u.Recorded))
            .WithSummary("Get one's own profile").Produces<WireProfile>();

        me.MapPatch("", (ProfilePatch body, HttpContext http, Scopes scopes) =>
                http.Send(body.ToCommand(), (user, store, cancellation) => WireProfile.Of(user, store, scopes, cancellation), version: u => u.Recorded))
            .WithSummary("Change one's own profile").Produces<WireProfile>();

        me.MapPatch("/email-preferences", (EmailPreferencePatch body, HttpContext http, Scopes scopes) =>
                http.Send(body.ToCommand(), (user, store, cancellation) => WireProfile.Of(user, store, scopes, cancellation), version: u => u.Recorded))
            .WithName("updateEmailPreferences").WithSummary("Say what one wants to be told by e-mail").Produces<WireProfile>();

        me.MapPost("/2fa-secret", Task<IResult> (HttpContext http) => http.Send(new MakeTwoFactorSecret(), WireTwoFactorSecret.Of))
            .WithName("generateTwoFactorSecret").WithSummary("Make the secret of a second factor; it counts when the profile switches it on with a code").Produces<WireTwoFactorSecret>();

        me.MapPost("/2fa-recovery-codes", (TwoFactorCodeBody body, HttpContext http) =>
                http.Send(new MakeRecoveryCodes(body.TwoFactorCode), (codes, _, _) => Task.FromResult(new WireRecoveryCodes(codes))))
            .WithName("generateTwoFactorRecoveryCodes").WithSummary("Make ten recovery codes; the former ones are void").Produces<WireRecoveryCodes>();
    }

    /// <summary>For whoever lost the authenticator and the recovery codes.</summary>
    public static void MapTwoFactorOfOthers(this Routes routes)
    {
        routes.MapDelete("/users/{userId}/two-factor", (UserId userId, HttpContext http) => http.Send(new DisableTwoFactor(userId)))
            .WithTags("Users").WithSummary("Switch off the second factor of a user, whose sign-ins end").Produces(StatusCodes.Status204NoContent);

        routes.MapDelete("/organizations/{organizationId}/users/{userId}/two-factor", (OrganizationId organizationId, UserId userId, HttpContext http) =>
                http.Send(new DisableOrganizationTwoFactor(organizationId, userId)))
            .WithTags("Organization users").WithSummary("Switch off the second factor of a user of an organization, whose sign-ins end")
            .Produces(StatusCodes.Status204NoContent);
    }

    public static void MapPasswords(this Routes routes)
    {
        var users = routes.MapGroup("/users/{userId}").WithTags("Users");

        users.MapPost("/update-password", (UserId userId, UpdatePasswordBody body, HttpContext http) =>
                http.Send(new ChangePassword(userId, body.OldPassword, body.NewPassword)))
            .WithSummary("Change one's own password").Produces(StatusCodes.Status204NoContent);

        users.MapPost("/reset-password-token", (UserId userId, HttpContext http) =>
                http.Send(new AllowPasswordReset(userId), (token, _, _) => Task.FromResult(new WirePasswordReset(token))))
            .WithSummary("Make a token by which a customer's user may set a new password").Produces<WirePasswordReset>();

        users.MapPost("/reset-password", (UserId userId, ResetPasswordBody body, HttpContext http) =>
                http.Send(new ResetPassword(userId, body.Token, body.NewPassword)))
            .AllowAnonymous().WithSummary("Set a new password by a token").Produces(StatusCodes.Status204NoContent);
    }
}
