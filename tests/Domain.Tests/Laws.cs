using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace EventSourcedOrgs.Domain.Tests;

/// <summary>What holds for all of Domain, whatever is added to it.</summary>
public class Laws
{
    private static readonly Assembly Domain = typeof(Refusal).Assembly;

    private static readonly Type[] PublicTypes = Domain.GetExportedTypes();

    /// <summary>Each aggregate with the family of its events.</summary>
    private static readonly (Type State, Type Event)[] Families =
    [
        .. from state in PublicTypes
           from contract in state.GetInterfaces()
           where contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IAggregate<,>) && !state.IsInterface
           select (state, contract.GetGenericArguments()[1]),
    ];

    public static IEnumerable<object[]> EveryEvent =>
        from family in Families from e in PublicTypes where e.IsSubclassOf(family.Event) && !e.IsAbstract select new object[] { family.State, e };

    public static TheoryData<Type> EveryFamily => [.. Families.Select(family => family.Event)];

    [Fact]
    public void The_domain_references_nothing_but_the_framework() =>
        Domain.GetReferencedAssemblies().Select(assembly => assembly.Name).ShouldAllBe(name => name!.StartsWith("System.", StringComparison.Ordinal));

    [Fact]
    public void Nobody_forgot_a_family() =>
        Families.Select(family => family.State.Name).Order().ShouldBe(
        [
            "AccessToken", "Account", "Activation", "CustomRole", "EntitlementSet", "Feature", "License", "LicenseTemplate", "MaintenancePolicy", "Operation", "Organization", "Product",
            "Release", "ReleaseChannel", "ReleasePlatform", "TrialActivation", "TrialPolicy", "User", "UserGroup",
        ]);

    [Theory, MemberData(nameof(EveryEvent))]
    public void Every_event_has_its_place_in_evolve(Type state, Type @event) =>
        state.GetMethod("Evolve")!.Invoke(null, [state.GetProperty("Initial")!.GetValue(null), RuntimeHelpers.GetUninitializedObject(@event)])
            .ShouldBeOfType(state);

    [Theory, MemberData(nameof(EveryFamily))]
    public void A_family_of_events_is_closed(Type family) =>
        family.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).ShouldAllBe(constructor =>
            !constructor.IsPublic && !constructor.IsFamilyOrAssembly
            && (constructor.GetParameters().Length == 1 || constructor.IsFamilyAndAssembly));

    [Theory, MemberData(nameof(EveryEvent))]
    public void An_event_names_first_what_it_happened_to(Type state, Type @event) =>
        @event.GetConstructors().Single().GetParameters()[0].ParameterType.ShouldBe(state.GetProperty("Id")!.PropertyType);

    [Fact]
    public void Every_record_and_struct_is_immutable() =>
        PublicTypes.SelectMany(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(property => property.DeclaringType!.Assembly == Domain)
            .Where(property => property.SetMethod is { } setter && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)))
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}")
            .ShouldBeEmpty();

    /// <summary>Is remembered once a value is stored, and no part of it: copies that are changed do not have it, and what is equal may differ in it.</summary>
    private const string HowItIsStored = "Personal`1.stored";

    [Fact]
    public void Every_field_is_read_only() =>
        PublicTypes.SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.DeclaringType!.Assembly == Domain)
            .Where(field => !field.IsInitOnly && !field.IsLiteral && field.Name != "value__")
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}")
            .ShouldBe([HowItIsStored]);

    [Fact]
    public void Nothing_holds_a_collection_that_can_change() =>
        PublicTypes.SelectMany(type => type.GetProperties())
            .Where(property => property.PropertyType.IsArray
                || (property.PropertyType.IsGenericType && property.PropertyType.Namespace == "System.Collections.Generic"
                    && !property.PropertyType.Name.StartsWith("IReadOnly", StringComparison.Ordinal)))
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}")
            .ShouldBeEmpty();

    [Fact]
    public void Every_public_type_says_what_it_is()
    {
        var summaries = XDocument.Load(Path.ChangeExtension(Domain.Location, "xml")).Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.ToString(SaveOptions.DisableFormatting)))
            .Select(member => member.Attribute("name")!.Value)
            .ToHashSet();

        PublicTypes.Select(type => $"T:{type.FullName!.Replace('+', '.')}").Where(name => !summaries.Contains(name)).ShouldBeEmpty();
    }
}
