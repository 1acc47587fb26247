using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// What the rows say about access at a moment, as SQL: at the position that one parameter holds, by the clock of another. The rules of denial are those of
/// <see cref="Access.Decide"/>, in its order. A membership counts from after the user's last move, an assignment from after the licence's last transfer,
/// and opens something within its window only.
/// </summary>
internal sealed record AccessRules(string Position, string Now)
{
    /// <summary>The row is one of those that hold at the moment.</summary>
    public string Hold(string alias) => $"({alias}.since <= {Position} and ({alias}.until is null or {alias}.until > {Position}))";

    /// <summary>The code of the denial, or null, for user <c>u</c> of organization <c>o</c> and licence <c>l</c>; whether there is a way, one that is open, one that begins later, says <paramref name="reach"/>.</summary>
    public string Code(string reach) =>
        $"""
         case
             when u.organization_id is not null and (o.id is null or o.suspended) then '{Access.OrganizationSuspended.Code}'
             when u.suspended then '{Access.UserSuspended.Code}'
             when l.id is null then '{Access.NotAssigned.Code}'
             when l.revoked then '{Access.LicenseRevoked.Code}'
             when l.suspended then '{Access.LicenseSuspended.Code}'
             when {Now} < l.effective_date then '{Access.LicenseNotYetEffective.Code}'
             when {Now} >= l.expires_at then '{Access.LicenseExpired.Code}'
             when l.organization_id is distinct from u.organization_id and l.organization_id is not null then '{Access.ForeignLicense.Code}'
             when {reach}.is_open then null
             when {reach}.begins_later then '{Access.AssignmentNotYetStarted.Code}'
             when {reach}.reached then '{Access.AssignmentEnded.Code}'
             else '{Access.NotAssigned.Code}'
         end
         """;

    /// <summary>The window of an assignment is open.</summary>
    public string Open(string alias) => $"(({Now} < {alias}.valid_from) is not true and ({Now} >= {alias}.valid_until) is not true)";

    /// <summary>The window of an assignment is to come.</summary>
    public string Later(string alias) => $"({Now} < {alias}.valid_from)";

    /// <summary>The open ways from the user to the licence of a row <c>p</c>, each with the position at which it was complete.</summary>
    public string Ways(string userPlaced, string licensePlaced) => $"select * from ({AllWays(userPlaced, licensePlaced)}) w where {Open("w")}";

    /// <summary>Whether there is a way from the user to the licence of a row <c>p</c>, one that is open, one that begins later.</summary>
    public string Reach(string userPlaced, string licensePlaced) =>
        $"""
         select count(*) > 0 as reached, bool_or({Open("w")}) as is_open, bool_or({Later("w")}) as begins_later from ({AllWays(userPlaced, licensePlaced)}) w
         """;

    /// <summary>The ways from the user to the licence of a row <c>p</c>, open or not, each with its window and the position at which it was complete.</summary>
    public string AllWays(string userPlaced, string licensePlaced) =>
        $"""
         select {(int)AccessPathKind.PrimaryUser} as kind, null::uuid as group_id, d.since as opened, null::timestamptz as valid_from, null::timestamptz as valid_until
         from {EffectiveAccess.PrimaryUsers.Name} d
         where d.license_id = p.license_id and d.user_id = p.user_id and {Hold("d")}
         union all
         select {(int)AccessPathKind.AdditionalUser}, null, d.since, d.valid_from, d.valid_until from {EffectiveAccess.AdditionalUsers.Name} d
         where d.license_id = p.license_id and d.user_id = p.user_id and {Hold("d")} and d.since > {licensePlaced}
         union all
         select {(int)AccessPathKind.UserGroup}, m.group_id, greatest(m.since, d.since), d.valid_from, d.valid_until from {EffectiveAccess.Memberships.Name} m
         join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {Hold("g")}
         join {EffectiveAccess.Assignments.Name} d on d.license_id = p.license_id and d.group_id = m.group_id and {Hold("d")} and d.since > {licensePlaced}
         where m.user_id = p.user_id and {Hold("m")} and m.since > {userPlaced}
         """;
}
