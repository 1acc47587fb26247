using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Host.Tests.Activations;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Writing;

public class StreamTurnsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Who_finds_a_line_full_is_sent_away_and_told_when_there_is_room()
    {
        var (turns, stream) = (new StreamTurns(), Guid.NewGuid());
        var line = Enumerable.Range(0, StreamTurns.Most).Select(_ => turns.Wait(stream, hasOthers: false, CancellationToken.None)).ToList();

        await Should.ThrowAsync<CrowdedException>(() => turns.Wait(stream, hasOthers: false, CancellationToken.None));
        (await turns.Wait(Guid.NewGuid(), hasOthers: false, CancellationToken.None)).Dispose();
        (await turns.Wait(stream, hasOthers: true, CancellationToken.None)).Dispose();
        (await turns.Room(stream, TimeSpan.FromMilliseconds(10), CancellationToken.None)).ShouldBeFalse();

        var room = turns.Room(stream, Long, CancellationToken.None);
        room.IsCompleted.ShouldBeFalse();
        (await line[0]).Dispose();
        (await room).ShouldBeTrue();
        (await turns.Wait(stream, hasOthers: false, CancellationToken.None)).Dispose();
    }

    [Fact]
    public async Task Who_may_wait_for_room_is_let_in_when_there_is_some_and_sent_away_when_there_is_none_in_time()
    {
        var (turns, stream) = (new StreamTurns(), Guid.NewGuid());
        var line = Enumerable.Range(0, StreamTurns.Most).Select(_ => turns.Wait(stream, hasOthers: false, CancellationToken.None)).ToList();
        await Should.ThrowAsync<CrowdedException>(() => turns.Wait(stream, hasOthers: false, CancellationToken.None, TimeSpan.FromMilliseconds(10)));

        var late = turns.Wait(stream, hasOthers: false, CancellationToken.None, Long);
        late.IsCompleted.ShouldBeFalse();
        foreach (var turn in line)
            (await turn).Dispose();
        (await late).Dispose();
    }

    [Fact]
    public async Task All_who_wait_outside_get_in_one_after_the_other()
    {
        var (turns, stream, inside, most) = (new StreamTurns(), Guid.NewGuid(), 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(Decide)));
        most.ShouldBeInRange(1, StreamTurns.Most);

        async Task Decide()
        {
            while (true)
            {
                try
                {
                    using var turn = await turns.Wait(stream, hasOthers: false, CancellationToken.None);
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    return;
                }
                catch (CrowdedException e)
                {
                    (await turns.Room(e.Stream, Long, CancellationToken.None)).ShouldBeTrue();
                }
            }
        }
    }

    [Fact]
    public async Task However_many_come_for_one_licence_commands_for_others_are_answered()
    {
        var sold = await Sold.With(("allowedActivations", 0));
        await using var connection = new NpgsqlConnection(sold.Host.Owner);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var keep = new NpgsqlCommand("select from events.mt_streams where id = $1 for update", connection) { Parameters = { new() { Value = Guid.Parse(sold.Id) } } };
        await keep.ExecuteNonQueryAsync();

        var asking = Enumerable.Range(0, 150).Select(_ => sold.Device().Ask()).ToList();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await sold.Designer.Vendor.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = 3 }).Expect(201).WaitAsync(TimeSpan.FromSeconds(10));
        await transaction.RollbackAsync();

        foreach (var asked in asking)
        {
            using var answer = await asked;
            ((int)answer.StatusCode).ShouldBeOneOf(200, 503);
        }
    }
}
