using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Host.Tests.Identity;

public class NoSecretLeaks
{
    private const string Password = "unmistakable-password-1";
    private const string NewPassword = "unmistakable-password-2";

    [Fact]
    public async Task Secrets_are_in_no_log_no_problem_and_no_table()
    {
        var log = new EverythingLogged();
        await using var host = await TestHost.StartAsync(services => services
            .AddSingleton<ILoggerFactory>(_ => LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))));
        var answers = new List<string>();
        var secrets = new List<string> { Password, NewPassword };

        var vendor = await host.Vendor();
        var email = Acme.NewEmail();
        var user = (await vendor.Post("/v3/users", new { firstName = "Ada", email, password = Password }, ("Idempotency-Key", "user")).Expect(201)).Id();
        var tokens = new Tokens(await host.Anonymous.Post("/v3/accounts/login", new { email, password = Password }, ("Idempotency-Key", "login")).Expect(200));
        var signedIn = host.Client(tokens.Access);
        var first = await Created();
        (await Created()).ShouldBe(first, "the same key and body give the same answer");
        var next = new Tokens(await host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = tokens.Refresh }).Expect(200));
        var reset = (await vendor.Post($"/v3/users/{user}/reset-password-token", null, ("Idempotency-Key", "reset")).Expect(200)).Text("resetPasswordToken");
        secrets.AddRange([tokens.Access, tokens.Refresh, next.Access, next.Refresh, first, reset]);

        foreach (var (path, body) in ((string, object)[])
        [
            ("/v3/accounts/login", new { email, password = NewPassword }),
            ("/v3/accounts/login", new { email, password = Password, more = Password }),
            ("/v3/accounts/login", $$"""{"email":"{{email}}","password":["{{Password}}"]}"""),
            ("/v3/accounts/login", $$"""{"email":"{{email}}","password":"{{Password}}" oops"""),
            ("/v3/accounts/login-refresh-token", new { refreshToken = tokens.Refresh }),
            ("/v3/accounts/login-refresh-token", new { refreshToken = first }),
            ($"/v3/users/{user}/reset-password", new { newPassword = NewPassword, token = first }),
            ($"/v3/users/{user}/reset-password", new { newPassword = "short", token = reset }),
            ("/v3/users", new { firstName = "Ada", email, password = NewPassword }),
        ])
        {
            foreach (var client in (HttpClient[])[host.Anonymous, signedIn, vendor])
                answers.Add(await (await client.Post(path, body)).Content.ReadAsStringAsync());
        }

        answers.Add(await (await host.Client(first + "x").Get($"/v3/me?{first}")).Content.ReadAsStringAsync());
        await host.Client(first).Get("/v3/me").Expect(200);

        foreach (var secret in secrets)
        {
            answers.Where(answer => answer.Contains(secret, StringComparison.Ordinal)).ShouldBeEmpty();
            log.Lines.Where(line => line.Contains(secret, StringComparison.Ordinal) && !line.Contains($"?{first}", StringComparison.Ordinal)).ShouldBeEmpty();
        }

        log.Lines.Count.ShouldBeGreaterThan(100, "the log was really listened to");
        var tables = await host.Scalar<string[]>("""
            select array_agg(table_schema || '.' || table_name) from information_schema.tables
            where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
            """);
        tables.Length.ShouldBeGreaterThan(20);
        foreach (var table in tables)
        {
            foreach (var secret in secrets)
                (await host.Scalar<long>($"select count(*) from {table} t where strpos(t::text, $1) > 0", secret)).ShouldBe(0, table);
        }

        async Task<string> Created() => (await signedIn.Post(
            "/v3/personal-access-tokens", new { name = "x", scopes = Array.Empty<string>() }, ("Idempotency-Key", "token")).Expect(201)).Text("accessToken");
    }
}
