using System.Collections.Immutable;
using System.Data.Common;
using EventSourcedOrgs.Domain;
using JasperFx.Events;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections.Tests;

public abstract record ItemEvent(ItemId Item);
public sealed record ItemAdded(ItemId Item, string Name, int? Shelf, DateTimeOffset At) : ItemEvent(Item);
public sealed record ItemRenamed(ItemId Item, string Name) : ItemEvent(Item);
public sealed record ItemMoved(ItemId Item, int? From, int? To) : ItemEvent(Item);
public sealed record ItemRemoved(ItemId Item) : ItemEvent(Item);
public sealed record ItemLabelled(ItemId Item, string Label) : ItemEvent(Item);
public sealed record ItemUnlabelled(ItemId Item, string Label) : ItemEvent(Item);
public sealed record ItemSwapped(ItemId Item, string Name) : ItemEvent(Item);
public sealed record ItemCursed(ItemId Item) : ItemEvent(Item);
public sealed record ShelfPainted(int Shelf);

public readonly record struct ItemId(Guid Value);

public sealed record ItemRow(ItemId Id, string Name, int? Shelf, int Moves, DateTimeOffset? Added, string Facts, ValueList<string> Names);
public sealed record LabelRow(ItemId Item, string Label);

/// <summary>A read model of every kind of table: plain, versioned and loaded, versioned and never loaded, counters.</summary>
public sealed class Warehouse() : ReadModel("Warehouse", [Items, History, Labels, Shelves], [typeof(ItemEvent)])
{
    public static readonly Table<ItemId, ItemRow> Items = Columns(Table.Of<ItemId, ItemRow>("items", 1, row => row.Id, Read));

    public static readonly Table<ItemId, ItemRow> History = Columns(Table.Versioned<ItemId, ItemRow>("item_history", 1, row => row.Id, Read))
        .Index("(shelf, name) where until is null")
        .Index("using gin (names)");

    public static readonly Table<(ItemId Item, string Label), LabelRow> Labels = Table.Versioned<(ItemId Item, string Label), LabelRow>(
            "labels", 1, row => (row.Item, row.Label), r => new(new(r.Get<Guid>("item_id")), r.Get<string>("label")))
        .Key("item_id", NpgsqlDbType.Uuid, key => key.Item.Value)
        .Key("label", NpgsqlDbType.Text, key => key.Label);

    public static readonly CounterTable<int> Shelves = Table.Counters<int>("shelves", 1)
        .Key("shelf", NpgsqlDbType.Integer, shelf => shelf)
        .Counter("items", "arrivals");

    public override void Touch(IEvent e, Touched touched)
    {
        if (e.Data is not ItemEvent { Item: var item })
            return;

        touched.Key(Items, item);
        touched.Key(History, item);
    }

    public override void Apply(IEvent e, Rows rows)
    {
        switch (e.Data)
        {
            case ItemAdded x:
                var row = new ItemRow(x.Item, x.Name, x.Shelf, 0, x.At, $$"""{"shelf": {{x.Shelf ?? -1}}}""", [x.Name]);
                rows.Put(Items, row);
                rows.Put(History, row);
                Count(rows, x.Shelf, +1);
                break;
            case ItemRenamed x:
                Change(rows, x.Item, row => row with { Name = x.Name, Names = row.Names.Contains(x.Name) ? row.Names : [.. row.Names, x.Name] });
                break;
            case ItemMoved x:
                Change(rows, x.Item, row => row with { Shelf = x.To, Moves = row.Moves + 1, Added = null });
                Count(rows, x.From, -1);
                Count(rows, x.To, +1);
                break;
            case ItemRemoved x:
                Count(rows, rows.Get(Items, x.Item)?.Shelf, -1);
                rows.Remove(Items, x.Item);
                rows.Remove(History, x.Item);
                break;
            case ItemSwapped x:
                Swap(rows, Items, x);
                Swap(rows, History, x);
                break;
            case ItemLabelled x:
                rows.Put(Labels, new LabelRow(x.Item, x.Label));
                break;
            case ItemUnlabelled x:
                rows.Remove(Labels, (x.Item, x.Label));
                break;
            case ItemCursed:
                throw new InvalidOperationException("a cursed item");
        }
    }

    private static void Change(Rows rows, ItemId item, Func<ItemRow, ItemRow> change)
    {
        rows.Change(Items, item, change);
        rows.Change(History, item, change);
    }

    /// <summary>Three changes of one row at one position.</summary>
    private static void Swap(Rows rows, Table<ItemId, ItemRow> table, ItemSwapped e)
    {
        if (rows.Get(table, e.Item) is not { } row)
            return;

        rows.Remove(table, e.Item);
        rows.Put(table, row with { Moves = 100 });
        rows.Put(table, row with { Name = e.Name });
    }

    private static void Count(Rows rows, int? shelf, int delta)
    {
        if (shelf is not { } number)
            return;

        rows.Add(Shelves, number, "items", delta);
        if (delta > 0)
            rows.Add(Shelves, number, "arrivals", 1);
    }

    private static Table<ItemId, ItemRow> Columns(Table<ItemId, ItemRow> table) => table
        .Key("id", NpgsqlDbType.Uuid, id => id.Value)
        .Column("name", NpgsqlDbType.Text, row => row.Name)
        .Column("shelf", NpgsqlDbType.Integer, row => row.Shelf)
        .Column("moves", NpgsqlDbType.Integer, row => row.Moves)
        .Column("added", NpgsqlDbType.TimestampTz, row => row.Added?.UtcDateTime)
        .Column("facts", NpgsqlDbType.Jsonb, row => row.Facts)
        .Set("names", NpgsqlDbType.Text, row => row.Names);

    private static ItemRow Read(DbDataReader r) => new(
        new(r.Get<Guid>("id")), r.Get<string>("name"), r.Get<int?>("shelf"), r.Get<int>("moves"), r.Get<DateTimeOffset?>("added"),
        r.Get<string>("facts"), r.Get<string[]>("names").ToValueList());
}

/// <summary>Histories in which items come, change, go and come again, many times close together.</summary>
public static class Histories
{
    public static ImmutableArray<ItemEvent> Random(int seed, int length)
    {
        var random = new Random(seed);
        var items = Enumerable.Range(0, 12).Select(_ => new ItemId(NewId())).ToArray();
        var shelves = new Dictionary<ItemId, int?>();
        var labels = new HashSet<(ItemId, string)>();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return [.. Enumerable.Range(0, length).Select(n => Next(items[random.Next(items.Length)], start.AddMinutes(n)))];

        ItemEvent Next(ItemId item, DateTimeOffset at)
        {
            if (!shelves.TryGetValue(item, out var shelf))
                return random.Next(4) == 0 ? new ItemRenamed(item, "gone") : new ItemAdded(item, Name(), shelves[item] = Shelf(), at);

            var label = (item, $"l{random.Next(3)}");
            switch (random.Next(6))
            {
                case 0:
                    return new ItemRenamed(item, Name());
                case 1:
                    return new ItemMoved(item, shelf, shelves[item] = Shelf());
                case 2:
                    shelves.Remove(item);
                    return new ItemRemoved(item);
                case 3:
                    return new ItemSwapped(item, Name());
                default:
                    if (labels.Add(label))
                        return new ItemLabelled(item, label.Item2);

                    labels.Remove(label);
                    return new ItemUnlabelled(item, label.Item2);
            }
        }

        string Name() => random.Next(4) switch { 0 => """say "hi", \{you\}""", 1 => "", 2 => "NULL", _ => "plain" };

        int? Shelf() => random.Next(4) is > 0 and var shelf ? shelf : null;

        Guid NewId()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new(bytes);
        }
    }

    /// <summary>The events as the store would deliver them, one position each, without a store.</summary>
    public static IEnumerable<IEvent> Numbered(IEnumerable<ItemEvent> events) => events.Select((data, n) =>
    {
        var e = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(data.GetType()), data)!;
        e.Sequence = n + 1;
        return e;
    });
}
