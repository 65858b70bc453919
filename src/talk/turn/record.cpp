#include "talk/turn/record.hpp"

#include "talk/turn/fields.hpp"

#include <algorithm>
#include <type_traits>

namespace rondo::turn {
namespace {
std::int64_t micros(WallTime time) { return time.time_since_epoch().count(); }
WallTime wall(std::int64_t micros) { return WallTime{std::chrono::microseconds{micros}}; }

/// One list of fields serves both directions, so they cannot drift apart.
struct Out {
    FieldWriter fields;
    void operator()(const std::string& text) { fields.text(text); }
    void operator()(bool flag) { fields.number(flag ? 1 : 0); }
    void operator()(std::int64_t number) { fields.number(number); }
    void operator()(std::uint64_t number) { fields.number(static_cast<std::int64_t>(number)); }
    void operator()(WallTime time) { fields.number(micros(time)); }
    void operator()(const store::Digest& digest) { fields.text({reinterpret_cast<const char*>(digest.data()), digest.size()}); }
    void operator()(State state) { fields.number(static_cast<std::int64_t>(state)); }
};

struct In {
    FieldReader fields;
    void operator()(std::string& text) { text = fields.text(); }
    void operator()(bool& flag) { flag = fields.number() != 0; }
    void operator()(std::int64_t& number) { number = fields.number(); }
    void operator()(std::uint64_t& number) { number = static_cast<std::uint64_t>(fields.number()); }
    void operator()(WallTime& time) { time = wall(fields.number()); }
    void operator()(store::Digest& digest) {
        const auto bytes = fields.text();
        std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
    }
    void operator()(State& state) { state = static_cast<State>(fields.number() & 3); }
};

template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, SessionCreated>
{
    v(r.tenant), v(r.user), v(r.id), v(r.scenario), v(r.persona_name), v(r.persona_role), v(r.stage), v(r.title), v(r.at), v(r.seed);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, TurnAccepted>
{
    v(r.number), v(r.key), v(r.digest), v(r.message_id), v(r.user_message), v(r.trace_id), v(r.decision_id), v(r.stage);
    v(r.async_coach), v(r.use_fallback), v(r.at), v(r.parent), v(r.api_key), v(r.budget);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, NodeFinished>
{
    v(r.number), v(r.node), v(r.status), v(r.label), v(r.outcome);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, DeltaWritten>
{
    v(r.number), v(r.text);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, StopRequested>
{
    v(r.number);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, Restarted>
{
    v(r.number), v(r.nodes_kept);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, TurnRecord>
{
    v(r.number), v(r.state), v(r.epoch), v(r.stage), v(r.stage_before), v(r.message_id), v(r.user_message), v(r.timeline), v(r.result),
        v(r.task_id), v(r.at), v(r.parent), v(r.first_seq);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, AdviceGiven>
{
    v(r.number), v(r.task_id), v(r.advice), v(r.epoch);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, AdviceTold>
{
    v(r.number), v(r.epoch), v(r.seq);
}
template <class V, class R> void each(V& v, R& r)
    requires std::is_same_v<std::remove_const_t<R>, FeedbackGiven>
{
    v(r.id), v(r.tenant), v(r.session_id), v(r.intent), v(r.decision_id), v(r.signals), v(r.comment), v(r.number), v(r.rating),
        v(r.matched), v(r.at);
}

template <class R>
std::string encoded(const R& record) {
    Out out;
    each(out, record);
    return out.fields.take();
}

template <class R>
Result<R> decoded(std::string_view body) {
    R record;
    In in{FieldReader{body}};
    each(in, record);
    if (!in.fields.ok()) return fail(Code::data_loss, "a journal row is damaged: restore the data folder from a copy");
    return record;
}
}  // namespace

std::string_view name(State state) noexcept {
    switch (state) {
        case State::running: return "running";
        case State::completed: return "completed";
        case State::stopped: return "stopped";
        case State::failed: return "failed";
    }
    return "unknown";
}

std::string title_of(std::string_view message) {
    std::size_t bytes = std::min<std::size_t>(message.size(), 80);
    while (bytes < message.size() && bytes > 0 && (static_cast<unsigned char>(message[bytes]) & 0xC0) == 0x80) --bytes;
    return std::string{message.substr(0, bytes)};
}

std::string SessionCreated::encode() const { return encoded(*this); }
std::string TurnAccepted::encode() const { return encoded(*this); }
std::string NodeFinished::encode() const { return encoded(*this); }
std::string DeltaWritten::encode() const { return encoded(*this); }
std::string StopRequested::encode() const { return encoded(*this); }
std::string Restarted::encode() const { return encoded(*this); }
std::string TurnRecord::encode() const { return encoded(*this); }
std::string AdviceGiven::encode() const { return encoded(*this); }
std::string AdviceTold::encode() const { return encoded(*this); }
std::string FeedbackGiven::encode() const { return encoded(*this); }

Result<SessionCreated> SessionCreated::decode(std::string_view body) { return decoded<SessionCreated>(body); }
Result<TurnAccepted> TurnAccepted::decode(std::string_view body) { return decoded<TurnAccepted>(body); }
Result<NodeFinished> NodeFinished::decode(std::string_view body) { return decoded<NodeFinished>(body); }
Result<DeltaWritten> DeltaWritten::decode(std::string_view body) { return decoded<DeltaWritten>(body); }
Result<StopRequested> StopRequested::decode(std::string_view body) { return decoded<StopRequested>(body); }
Result<Restarted> Restarted::decode(std::string_view body) { return decoded<Restarted>(body); }
Result<TurnRecord> TurnRecord::decode(std::string_view body) { return decoded<TurnRecord>(body); }
Result<AdviceGiven> AdviceGiven::decode(std::string_view body) { return decoded<AdviceGiven>(body); }
Result<AdviceTold> AdviceTold::decode(std::string_view body) { return decoded<AdviceTold>(body); }
Result<FeedbackGiven> FeedbackGiven::decode(std::string_view body) { return decoded<FeedbackGiven>(body); }
}  // namespace rondo::turn
