using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>
/// A value of any stored type with everything filled in, the same on every machine and every day; members that an event gained later only where they are wanted.
/// </summary>
internal static class Sample
{
    private static readonly DateTimeOffset Moment = new DateTimeOffset(2026, 2, 28, 23, 59, 58, 765, TimeSpan.Zero).AddMicroseconds(432);

    /// <summary>Members that an event gained after it was first stored are optional.</summary>
    public static bool HasLaterMembers(Type type) => ConstructorOf(type).GetParameters().Any(parameter => parameter.HasDefaultValue);

    /// <summary>The event as it was before it gained members.</summary>
    public static object AsFirst(Type type) => Filled(type, later: false);

    public static object Of(Type type, string name = "") => type switch
    {
        _ when Nullable.GetUnderlyingType(type) is { } inner => Of(inner, name),
        _ when type == typeof(string) => $"{name} \"é\" {name.Length}",
        _ when type == typeof(int) => 7,
        _ when type == typeof(long) => 9_007_199_254_740_993L,
        _ when type == typeof(bool) => true,
        _ when type == typeof(Guid) => IdOf(name),
        _ when type == typeof(DateTimeOffset) => Moment,
        _ when type == typeof(Role) => Role.OrganizationAdmin,
        _ when type.IsEnum => Enum.GetValues(type).Cast<object>().Last(),
        _ when type.GetInterface("IId`1") is not null => Activator.CreateInstance(type, IdOf(name))!,
        _ when IsOf(type, typeof(Personal<>)) => Activator.CreateInstance(type, IdOf("person"), Of(type.GetGenericArguments()[0], name), false)!,
        _ when IsOf(type, typeof(ValueList<>)) => ListOf(type.GetGenericArguments()[0], name),
        _ => Filled(type, later: true),
    };

    private static ConstructorInfo ConstructorOf(Type type) => type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First();

    private static object Filled(Type type, bool later)
    {
        var constructor = ConstructorOf(type);
        var parameters = constructor.GetParameters();
        var value = constructor.Invoke(
            [.. parameters.Select(parameter => parameter.HasDefaultValue && !later ? parameter.DefaultValue : Of(parameter.ParameterType, parameter.Name!))]);
        foreach (var property in type.GetProperties().Where(property => property.SetMethod is not null && parameters.All(parameter => parameter.Name != property.Name)))
            property.SetValue(value, Of(property.PropertyType, property.Name));
        return value;
    }

    private static object ListOf(Type element, string name)
    {
        var items = Array.CreateInstance(element, 2);
        for (var i = 0; i < items.Length; i++)
            items.SetValue(Of(element, $"{name}{i}"), i);
        return typeof(ValueList).GetMethod(nameof(ValueList.ToValueList), BindingFlags.Static | BindingFlags.Public)!.MakeGenericMethod(element).Invoke(null, [items])!;
    }

    private static Guid IdOf(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16), bigEndian: true);

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
