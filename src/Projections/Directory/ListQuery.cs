using EventSourcedOrgs.Domain;
using Marten;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>A question to one read model, which may have to catch up first.</summary>
public interface IReadModelQuery
{
    /// <summary>The name of the read model that answers; the directory unless a question says otherwise.</summary>
    string ReadModel => Directory.ModelName;

    /// <summary>All read models that take part in the answer.</summary>
    IReadOnlyList<string> ReadModels => [ReadModel];
}

/// <summary>A question for one page of a list of the directory.</summary>
public interface IListQuery<TState> : IRequest<Result<ListPage<TState>>>, IReadModelQuery
{
    ListRequest Request { get; }
}

/// <summary>Reads pages of the directory at the position it has reached.</summary>
/// <param name="database">Makes a plan for the values of every page.</param>
/// <param name="onePlan">Makes one plan for each statement.</param>
/// <param name="progress">Knows how far the directory has come.</param>
/// <param name="known">What was read before.</param>
/// <param name="store">Where progress is recorded.</param>
public sealed class DirectoryReader(NpgsqlDataSource database, NpgsqlDataSource onePlan, Progress progress, KnownRows known, IDocumentStore store)
{
    private readonly string position = $"select last_seq_id from {Stand.Progression(store)} where name = '{progress.Of(Directory.ModelName).Shard}'";

    /// <summary>Reads a page of states; the source selects their documents alone.</summary>
    internal async Task<Result<ListPage<TState>>> Page<TState, TEvent>(
        DirectoryPart<TState, TEvent> part, Listing listing, ListSource source, ListRequest request, CancellationToken cancellation)
        where TState : class, IAggregate<TState, TEvent>
    {
        if (source.HasOnePlan && request is { IsUsual: true, Cursor: null, AsOf: null } && await FirstPage(part, listing, source, request, cancellation) is { } first)
            return first;

        var identified = source with { Select = $"{source.Select}, {IdentityOf(listing)}", IsFoundById = true };
        return await Page(listing, identified, request, known.Now(part.StateOf), cancellation);
    }

    /// <summary>Reads the page that most ask for with the documents of those rows alone that are newer than when it was read before; null when another of them is not known any more.</summary>
    private async Task<Result<ListPage<TState>>?> FirstPage<TState, TEvent>(
        DirectoryPart<TState, TEvent> part, Listing listing, ListSource source, ListRequest request, CancellationToken cancellation)
        where TState : class, IAggregate<TState, TEvent>
    {
        var first = new KnownRows.FirstPage(listing, source.From, source.Where, source.Parameters.ToValueList());
        if (known.StatementOf(first) is not { } statement)
        {
            var newer = source with { Select = $"case when {listing.Versioned}.since > {ListSource.KnownUntil} then {source.Select} end, {IdentityOf(listing)}" };
            var compiled = Compile(listing, newer, request);
            if (!compiled.IsValid)
                return compiled.Errors.AsRefusal();
            statement = compiled.Value;
        }

        var page = await Read(listing, statement, onePlan, request, known.Newer(part.StateOf), cancellation);
        if (page.Rows.Contains(null))
            return null;
        if (page.Position is { } position)
            known.Read(first, statement, position);
        return page!;
    }

    private static string IdentityOf(Listing listing) => $"{listing.Versioned}.id, {listing.Versioned}.since, {listing.Versioned}.xmin";

    internal async Task<Result<ListPage<TRow>>> Page<TRow>(
        Listing listing, ListSource source, ListRequest request, Func<NpgsqlDataReader, TRow> row, CancellationToken cancellation)
    {
        var compiled = Compile(listing, source, request);
        return compiled.IsValid ? await Read(listing, compiled.Value, source.HasOnePlanOf(request) ? onePlan : database, request, row, cancellation) : compiled.Errors.AsRefusal();
    }

    private Checked<ListStatement> Compile(Listing listing, ListSource source, ListRequest request) =>
        listing.Compile(source with { Position = position }, request, progress.Of(Directory.ModelName).Position);

    private async Task<ListPage<TRow>> Read<TRow>(
        Listing listing, ListStatement statement, NpgsqlDataSource from, ListRequest request, Func<NpgsqlDataReader, TRow> row, CancellationToken cancellation)
    {
        var page = await listing.ReadAsync(from, statement, request, row, cancellation);

        // Whoever asks next, on this Host, is not told of an earlier moment.
        if (request is { AsOf: null, Cursor: null } && page.Position is { } reached)
            progress.Reach(Directory.ModelName, reached);
        return page;
    }
}

/// <summary>What is wrong with the parameters of a list, as a refusal.</summary>
public static class ListErrors
{
    public static Refusal AsRefusal(this IReadOnlyList<ListError> errors) => new(errors[0].Code, RefusalKind.Invalid, $"{errors[0].Name}: {errors[0].Message}")
    {
        Errors = errors.Select(error => new FieldError($"?{error.Name}", error.Message)).ToValueList(),
    };
}
