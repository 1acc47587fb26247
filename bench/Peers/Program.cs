using System.Diagnostics.CodeAnalysis;
using EventSourcedOrgs.Peers;
using JasperFx;
using JasperFx.Events.Projections;
using Marten;
using MediatR;
using Npgsql;

// What the service is measured against. bare: nothing but Kestrel. lookup: one prepared statement by primary key for each request. pick: what many would write instead of this service.
var (kind, url, connection) = (args[0], args[1], args.ElementAtOrDefault(2));
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(url);
var settings = new NpgsqlConnectionStringBuilder(connection) { MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, MaxPoolSize = 100 };
if (connection is not null)
    builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(settings.ConnectionString));
if (kind == "pick")
{
    builder.Services.AddMarten(options =>
    {
        options.Connection(settings.ConnectionString);
        options.DatabaseSchemaName = "pick";
        options.Projections.Snapshot<Member>(SnapshotLifecycle.Inline);
    }).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup();
    builder.Services.AddScoped<ServiceFactory>(services => services.GetRequiredService);
    builder.Services.AddScoped<IMediator, Mediator>();
    builder.Services.AddTransient<IRequestHandler<AddToGroup, Unit>, AddToGroupHandler>();
}

await using var app = builder.Build();
app.MapGet("/plaintext", () => "Hello, World!");
if (kind == "lookup")
    MapLookups(app);
if (kind == "pick")
    MapPick(app);
await app.RunAsync();

static void MapLookups(WebApplication app)
{
    app.MapGet("/lookup/{id:guid}", async (Guid id, NpgsqlDataSource source, HttpContext http) =>
    {
        await using var command = source.CreateCommand("select data from lookup.users where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync((byte[])(await command.ExecuteScalarAsync())!);
    });
    app.MapGet("/page/{after:guid}", async (Guid after, NpgsqlDataSource source, HttpContext http) =>
    {
        await using var command = source.CreateCommand("select data from lookup.users where id > $1 order by id limit 20");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        http.Response.ContentType = "application/json";
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            await http.Response.Body.WriteAsync(await reader.GetFieldValueAsync<byte[]>(0));
    });
}

static void MapPick(WebApplication app)
{
    app.MapPost("/pick/users", async (NewMember body, IDocumentSession session) =>
    {
        session.Events.StartStream<Member>(body.User, new MemberCreated(body.User, body.Name));
        await session.SaveChangesAsync();
    });
    app.MapPost("/pick/groups/{group:guid}/users/{user:guid}", async (Guid group, Guid user, IMediator mediator) =>
    {
        await mediator.Send(new AddToGroup(user, group));
        return Results.NoContent();
    });
}

namespace EventSourcedOrgs.Peers
{
    internal sealed record NewMember(Guid User, string Name);
    internal sealed record AddToGroup(Guid User, Guid Group) : IRequest<Unit>;
    internal sealed record MemberCreated(Guid User, string Name);
    internal sealed record AddedToGroup(Guid User, Guid Group);

    /// <summary>A user with the groups that the user is in.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "The shape that Marten looks for.")]
    internal sealed record Member(Guid Id, string Name, List<Guid> Groups)
    {
        public static Member Create(MemberCreated e) => new(e.User, e.Name, []);

        public Member Apply(AddedToGroup e) => this with { Groups = [.. Groups, e.Group] };
    }

    /// <summary>Fetch, decide, append, save.</summary>
    internal sealed class AddToGroupHandler(IDocumentSession session) : IRequestHandler<AddToGroup, Unit>
    {
        public async Task<Unit> Handle(AddToGroup request, CancellationToken cancellationToken)
        {
            var stream = await session.Events.FetchForWriting<Member>(request.User, cancellationToken);
            if (!stream.Aggregate!.Groups.Contains(request.Group))
                stream.AppendOne(new AddedToGroup(request.User, request.Group));
            await session.SaveChangesAsync(cancellationToken);
            return Unit.Value;
        }
    }
}
