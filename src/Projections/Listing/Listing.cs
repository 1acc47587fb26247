using System.Collections.Frozen;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// What one list offers: its fields, its id, its order when nobody asks for one. It turns a <see cref="ListRequest"/> into SQL whose text depends only on
/// which fields and operators were used; everything a caller sent is a parameter.
/// </summary>
public sealed partial class Listing
{
    static readonly string[] Parameters = ["page", "limit", "sort", "search", "cursor", "count"];

    readonly FrozenDictionary<string, ListField> fields;

    public Listing(string name, ListField id, IReadOnlyList<ListField> others)
    {
        (Name, Id) = (name, id with { Required = true });
        fields = others.Prepend(Id).ToFrozenDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);
        FieldNames = [.. others.Prepend(Id).Select(field => field.Name)];
        DefaultSort = fields.ContainsKey("createdAt") ? [new("createdAt")] : [];
    }

    public string Name { get; }
    public ListField Id { get; }
    public IReadOnlyList<string> FieldNames { get; }

    /// <summary>By creation time if the list has it; like every sort it ends with the id.</summary>
    public IReadOnlyList<ListSort> DefaultSort { get; init; }

    /// <summary>
    /// The alias of the table whose rows are versions, each valid from <c>since</c> up to <c>until</c> (null: current); null for a plain table. Other versioned
    /// tables that the SQL mentions are held to the same moment by writing <c>{at:alias}</c> as a condition, in the source or in a field's expression; the time of that moment is <c>{now}</c>.
    /// </summary>
    public string? Versioned { get; init; }

    /// <summary>What clients of earlier days call some of its filters.</summary>
    public IReadOnlyList<OlderName> OlderNames { get; init; } = [];

    /// <summary>So many rows a page may have.</summary>
    public int MaxLimit { get; init; } = ListRequest.MaxLimit;

    /// <summary>Every parameter name that the list itself understands: its paging, its search, its fields.</summary>
    public IEnumerable<string> KnownNames => Parameters.Concat(FieldNames);

    /// <summary>The same list for those who are not told what is in some of its fields, and so may neither filter nor sort by them.</summary>
    public Listing Without(params IReadOnlyCollection<string> hidden) =>
        new(Name, Id, [.. FieldNames.Where(name => name != Id.Name && !hidden.Contains(name)).Select(name => fields[name])])
        {
            DefaultSort = DefaultSort, Versioned = Versioned, OlderNames = [.. OlderNames.Where(older => !hidden.Contains(older.Field))], MaxLimit = MaxLimit,
        };

    public ListField? Find(string name) => fields.GetValueOrDefault(name);

    public OlderName? FindOlder(string name) => OlderNames.FirstOrDefault(older => older.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Everything that is wrong with a request, except with its cursor, which only <see cref="Compile"/> can tell.</summary>
    public IReadOnlyList<ListError> Check(ListRequest request) => ListPlan.Of(this, request).Errors;

    /// <summary>The SQL of a request. A versioned list is read at position <paramref name="progress"/>, and stays there while it is walked by cursor.</summary>
    public Checked<ListStatement> Compile(ListSource source, ListRequest request, long? progress = null)
    {
        var plan = ListPlan.Of(this, request);
        if (!plan.IsValid) return new(plan.Errors);

        var scope = ListCursor.Scope(this, source, request, plan.Value);
        var cursor = request.Cursor is { } token ? ListCursor.Read(token, scope, plan.Value.Sort) : null;
        if (request.Cursor is not null && (cursor is null || !Belongs(cursor, request.AsOf))) return new([ListError.Cursor()]);

        var position = Versioned is null ? null : cursor?.Position ?? request.AsOf ?? progress;
        return new(ListStatement.Of(this, source, request, plan.Value, cursor, position) with { Scope = scope });
    }

    /// <summary>A versioned list is walked at a position, a plain one without; and a caller who also says <c>asOf</c> must mean the same moment.</summary>
    bool Belongs(ListCursor cursor, long? asOf) => cursor.Position is null == Versioned is null && (asOf is null || asOf == cursor.Position);
}
