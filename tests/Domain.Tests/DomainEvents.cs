using System.Reflection;
using System.Text;

namespace EventSourcedOrgs.Domain.Tests;

/// <summary>Events are stored for ever, so their shapes change only by intent: the approved text shows every change in the diff.</summary>
public class DomainEvents
{
    private static readonly NullabilityInfoContext Nullability = new();

    [Fact]
    public void Their_names_and_shapes_are_as_approved() =>
        Text().ShouldMatchApproved(approved => approved.NoDiff());

    private static string Text()
    {
        var types = typeof(Refusal).Assembly.GetExportedTypes();
        var families = ByName(types.Where(type => type.IsAbstract && type.Name.EndsWith("Event", StringComparison.Ordinal)));
        var events = families.ToDictionary(family => family, family => ByName(types.Where(type => type.IsSubclassOf(family))));

        var text = new StringBuilder();
        foreach (var family in families)
            text.Append(family.Name).Append('\n').AppendJoin("", events[family].Select(e => $"  {e.Name}({string.Join(", ", Parameters(e))})\n")).Append('\n');

        text.Append("Values\n");
        foreach (var value in ByName(Values(events.Values.SelectMany(list => list))))
        {
            text.Append("  ").Append(Plain(value)).Append(value.IsEnum
                ? $" {{ {string.Join(", ", value.GetEnumNames())} }}\n"
                : $"({string.Join(", ", Members(value))})\n");
        }

        return text.ToString();
    }

    private static List<Type> ByName(IEnumerable<Type> types) => [.. types.OrderBy(type => type.Name, StringComparer.Ordinal)];

    private static IEnumerable<string> Parameters(Type @event) =>
        @event.GetConstructors().Single().GetParameters().Select(parameter =>
            $"{Name(Nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")}");

    private static IEnumerable<string> Members(Type value) =>
        Stored(value).Select(property => $"{Name(Nullability.Create(property))} {property.Name}");

    /// <summary>What events are made of, and what that is made of: our own types other than ids.</summary>
    private static HashSet<Type> Values(IEnumerable<Type> events)
    {
        var (found, open) = (new HashSet<Type>(), new Queue<Type>(events));
        while (open.TryDequeue(out var type))
        {
            foreach (var part in Stored(type).SelectMany(property => Parts(property.PropertyType)).Where(IsOurs))
            {
                var definition = part.IsGenericType ? part.GetGenericTypeDefinition() : part;
                if (found.Add(definition))
                    open.Enqueue(definition);
            }
        }

        return found;
    }

    private static IEnumerable<PropertyInfo> Stored(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.SetMethod is not null)
            .OrderBy(property => property.MetadataToken);

    private static IEnumerable<Type> Parts(Type type) => type.IsGenericType ? [type, .. type.GetGenericArguments().SelectMany(Parts)] : [type];

    private static bool IsOurs(Type type) =>
        type.Assembly == typeof(Refusal).Assembly && !type.IsGenericParameter && type.GetInterface("IId`1") is null
        && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>));

    private static string Name(NullabilityInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var name = type.IsGenericType && info.GenericTypeArguments.Length > 0 && type == info.Type
            ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", info.GenericTypeArguments.Select(Name))}>"
            : Plain(type);
        return info.ReadState == NullabilityState.Nullable ? $"{name}?" : name;
    }

    private static string Plain(Type type) => type switch
    {
        _ when type == typeof(string) => "string",
        _ when type == typeof(int) => "int",
        _ when type == typeof(bool) => "bool",
        { IsGenericType: true } => $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Plain))}>",
        _ => type.Name,
    };
}
