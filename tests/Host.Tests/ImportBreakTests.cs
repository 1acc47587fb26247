using System.Text;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Imports;
using Marten;
using Marten.Services;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Steps of an import that break for a reason nobody foresaw.</summary>
public sealed class ImportBreakTests
{
    private const int Users = 1_200;

    /// <summary>What tells a step that has this row: its address is taken.</summary>
    private static readonly string ClaimOfUser700 = new Secrets(new byte[Secrets.KeySize]).Hash(Encoding.UTF8.GetBytes("email/user700@acme.example"));

    /// <summary>No step that has the row can be written.</summary>
    private static readonly string Trap = $"""
        create function events.trap() returns trigger language plpgsql as $$ begin if new.id = '{ClaimOfUser700}' then raise 'broken on purpose'; end if; return new; end $$;
        create trigger trap before insert on events.mt_doc_claim for each row execute function events.trap();
        """;

    [Fact]
    public async Task A_row_that_breaks_its_step_fails_alone()
    {
        var (import, host) = await Import(new(), Trap);
        await using (host)
        {
            (import.State, import.Counts.Created, import.Counts.Failed).ShouldBe((ImportState.Completed, Users, 1));
            (await host.Scalar<string>("select code from imports.row where status = 'failed'")).ShouldBe("INTERNAL_ERROR");
            (await host.Scalar<int>("select line from imports.row where status = 'failed'")).ShouldBe(703);
        }
    }

    [Fact]
    public async Task A_step_that_breaks_after_its_commit_is_not_done_twice_and_does_not_end_the_import()
    {
        var left = 2;
        var (import, host) = await Import(new Listener { AfterCommit = commit => commit.Updated.OfType<Import>().Any(import => import.Done > 0) && Interlocked.Decrement(ref left) >= 0 });
        await using (host)
        {
            (import.State, import.Counts.Created, import.Counts.Failed).ShouldBe((ImportState.Completed, Users + 1, 0));
            (await host.Scalar<int>("select (data ->> 'seatsUsed')::int from events.mt_doc_organization")).ShouldBe(Users);
        }
    }

    private static async Task<(Import, TestHost)> Import(Listener listener, string trap = "")
    {
        var host = await TestHost.StartAsync(services => services.ConfigureMarten(options => options.Listeners.Add(listener)));
        listener.On = true;
        await host.Scalar<int>($"{trap} select 1");
        var file = new StringBuilder("kind,organization,name,email,firstName\norganization,,Acme,info@acme.example,\n");
        foreach (var user in Enumerable.Range(0, Users))
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"user,Acme,,user{user}@acme.example,User\n");

        var vendor = await host.Vendor();
        var posted = await vendor.PostAsync("/v3/imports", new StringContent(file.ToString(), Encoding.UTF8, "text/csv")).Expect(202);
        for (var waiting = System.Diagnostics.Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(50))
        {
            await using var session = host.Services.GetRequiredService<IDocumentStore>().QuerySession();
            if (await session.LoadAsync<Import>(new Domain.ImportId(Guid.Parse(posted.Id()))) is { State: not ImportState.Running } import)
                return (import, host);
        }

        throw new TimeoutException("The import does not end.");
    }

    private sealed class Listener : DocumentSessionListenerBase
    {
        public Func<IChangeSet, bool> AfterCommit { get; init; } = _ => false;

        public bool On { get; set; }

        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) =>
            On && AfterCommit(commit) ? throw new InvalidOperationException("broken on purpose, after the commit") : Task.CompletedTask;
    }
}
