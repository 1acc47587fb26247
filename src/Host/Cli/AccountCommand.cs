using System.CommandLine;
using System.Security.Cryptography;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Accounts;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>account init</c> opens the one account of an installation with its super-admin; <c>account two-factor-off</c> lets a super-admin in again.</summary>
internal static class AccountCommand
{
    private const string Readable = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private const int PasswordLength = 20;
    private const string PasswordVariable = "EVENTSOURCEDORGS_PASSWORD";

    public static Command Create()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var email = new Option<string>("--email") { Description = "E-mail address of the super-admin.", Required = true };
        var password = new Option<string?>("--password") { Description = $"Password of the super-admin. Default: the environment variable {PasswordVariable}, which no list of processes shows; without it one is made and printed, once." };
        var name = new Option<string>("--name") { Description = "Name of the account: the vendor's.", DefaultValueFactory = _ => "EventSourcedOrgs" };
        var alias = new Option<string>("--alias") { Description = "Short name of the account, used in sign-in.", DefaultValueFactory = _ => "main" };
        var init = new Command("init", "Open the account with its super-admin. Done again for the same address and alias it changes nothing.") { connection, data, email, password, name, alias };
        init.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation, mayCreate: true);
            await using var app = await HostApplication.OpenAsync(installation.Settings with { Alone = false }, cancellation);

            var given = parsed.Secret(password, PasswordVariable);
            var open = new OpenAccount(parsed.GetValue(name)!, parsed.GetValue(alias)!, parsed.GetValue(email)!, given ?? NewPassword());
            var outcome = await app.Services.GetRequiredService<Commands>().Run(open, Envelope.System, null, cancellation);
            if (outcome.Result.Refusal is { } refusal)
            {
                await Console.Error.WriteLineAsync($"{refusal.Code}: {refusal.Message}");
                return ExitCode.Failure;
            }

            Console.WriteLine(outcome.Events.Count == 0 ? $"The account '{open.Alias}' is open already." : $"The account '{open.Alias}' is open. Super-admin: {open.Email}");
            if (outcome.Events.Count > 0 && given is null)
                Console.WriteLine($"Password, shown only now: {open.Password}");
            return ExitCode.Success;
        });
        return new Command("account", "The account of this installation.") { init, TwoFactorOff() };
    }

    /// <summary>For a super-admin who lost authenticator and recovery codes: nobody above could help.</summary>
    private static Command TwoFactorOff()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var email = new Option<string>("--email") { Description = "E-mail address of the user.", Required = true };
        var off = new Command("two-factor-off", "Switch off the second factor of a user who lost it, such as the super-admin; the user's sign-ins end.") { connection, data, email };
        off.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation);
            await using var app = await HostApplication.OpenAsync(installation.Settings with { Alone = false }, cancellation);
            await using var scope = app.Services.CreateAsyncScope();
            var user = await scope.ServiceProvider.GetRequiredService<Store>().Claims.Holder(Unique.Email(parsed.GetValue(email)!), cancellation);
            var outcome = await app.Services.GetRequiredService<Commands>().Run(new DisableTwoFactor(UserId.From(user ?? Guid.Empty)), Envelope.System, null, cancellation);
            if (outcome.Result.Refusal is { } refusal)
            {
                await Console.Error.WriteLineAsync($"{refusal.Code}: {refusal.Message}");
                return ExitCode.Failure;
            }

            Console.WriteLine(outcome.Events.Count == 0 ? "The second factor was not on." : "The second factor is off.");
            return ExitCode.Success;
        });
        return off;
    }

    /// <summary>A password that can be read out; about 116 bits of chance.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString(Readable, PasswordLength);
}
