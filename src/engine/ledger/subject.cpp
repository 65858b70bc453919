#include "engine/ledger/subject.hpp"

#include "base/rng.hpp"

namespace rondo::ledger {
std::string_view name(SubjectKind kind) noexcept {
    switch (kind) {
        case SubjectKind::tenant: return "tenant";
        case SubjectKind::user: return "user";
        case SubjectKind::key: return "key";
        case SubjectKind::session: return "session";
    }
    return "unknown";
}

std::string text(const Subject& subject) {
    const std::string& id = subject.kind == SubjectKind::tenant ? subject.tenant.value : subject.id;
    return std::string{name(subject.kind)} + ':' + id;
}

Result<Subject> parse_subject(const TenantId& tenant, std::string_view text) {
    Subject subject{SubjectKind::user, tenant, std::string{text}};
    for (const SubjectKind kind : kSubjectKinds) {
        const std::string_view word = name(kind);
        if (!text.starts_with(word) || text.size() <= word.size() || text[word.size()] != ':') continue;
        subject = {kind, tenant, std::string{text.substr(word.size() + 1)}};
        break;
    }
    if (!valid_id(subject.id))
        return fail(Code::invalid_argument, "name the budget as tenant:, user:, key: or session: and an id of letters, digits and ._:-");
    if (subject.kind != SubjectKind::tenant) return subject;
    if (subject.id != tenant.value) return fail(Code::not_found, "there is no such tenant");
    subject.id.clear();
    return subject;
}

bool Spender::has(SubjectKind kind) const {
    switch (kind) {
        case SubjectKind::tenant: return true;
        case SubjectKind::user: return !scope.user.empty();
        case SubjectKind::key: return !key.empty();
        case SubjectKind::session: return !session.empty();
    }
    return false;
}

SubjectView Spender::subject(SubjectKind kind) const {
    const std::string_view tenant = scope.tenant.value;
    switch (kind) {
        case SubjectKind::tenant: return {kind, tenant, {}};
        case SubjectKind::user: return {kind, tenant, scope.user.value};
        case SubjectKind::key: return {kind, tenant, key};
        case SubjectKind::session: return {kind, tenant, session};
    }
    return {kind, tenant, {}};
}

std::size_t SubjectHash::operator()(const SubjectView& subject) const noexcept {
    const std::hash<std::string_view> hash;
    return static_cast<std::size_t>(mix(mix(hash(subject.id), hash(subject.tenant)), static_cast<std::uint64_t>(subject.kind)));
}

Spender spender_of(const CallContext& ctx, std::string session) {
    return {.scope = {ctx.scope.tenant, ctx.budget.empty() ? ctx.scope.user : UserId{ctx.budget}},
            .key = ctx.key,
            .session = std::move(session)};
}
}  // namespace rondo::ledger
