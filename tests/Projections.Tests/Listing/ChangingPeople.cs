using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>People who are renamed, leave and arrive, each change at the next position, in memory and in the table alike.</summary>
sealed class ChangingPeople(NpgsqlDataSource database, IReadOnlyList<Person> arrivals)
{
    readonly Random random = new(7);
    int arrived;
    volatile Tuple<(long, IReadOnlyList<Person>)> moment = new((0, []));

    /// <summary>A position and the people of that position; replaced as a whole, so that it is never half of each.</summary>
    internal (long Position, IReadOnlyList<Person> People) Moment => moment.Item1;

    internal long Position => Moment.Position;
    internal IReadOnlyList<Person> Now => Moment.People;

    internal static async Task<ChangingPeople> StartAsync(NpgsqlDataSource database, int count)
    {
        var people = new ChangingPeople(database, People.Some(5000, seed: 11));
        for (var i = 0; i < count; i++) await people.ArriveAsync();
        return people;
    }

    internal async Task ChangeAsync(int times)
    {
        for (var i = 0; i < times; i++) await (random.Next(4) switch { 0 => ArriveAsync(), 1 => LeaveAsync(), _ => RenameAsync() });
    }

    async Task ArriveAsync()
    {
        var person = arrivals[arrived++];
        await People.OpenAsync(database, person, Position + 1);
        Become([.. Now, person]);
    }

    async Task LeaveAsync()
    {
        var person = Now[random.Next(Now.Count)];
        await People.CloseAsync(database, person.Id, Position + 1);
        Become([.. Now.Where(other => other != person)]);
    }

    async Task RenameAsync()
    {
        var person = Now[random.Next(Now.Count)];
        var renamed = person with { Name = People.Names[random.Next(People.Names.Length)], Seats = random.Next(100) };
        await People.CloseAsync(database, person.Id, Position + 1);
        await People.OpenAsync(database, renamed, Position + 1);
        Become([.. Now.Select(other => other == person ? renamed : other)]);
    }

    void Become(IReadOnlyList<Person> people) => moment = new((Position + 1, people));
}
