#include "overload_load.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace rondo::bench {
namespace {
using std::chrono::milliseconds;

constexpr milliseconds kPatience{10'000};
constexpr milliseconds kProbeEvery{20};
constexpr std::uint64_t kProbe = ~std::uint64_t{0};

std::string post(const std::string& target, const boost::json::object& members) {
    const auto body = boost::json::serialize(members);
    return fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", target,
                       body.size(), body);
}

Error unexpected(const char* what, const AnswerReader& answer) {
    return {Code::internal, fmt::format("{} was answered {}: {}", what, answer.status(), answer.body().substr(0, 400))};
}
}  // namespace

OverloadLoad::~OverloadLoad() { ::close(epoll_); }

Result<std::unique_ptr<OverloadLoad>> OverloadLoad::arrive(std::uint16_t port, const std::string& scenario, std::vector<std::string> lines,
                                                           std::size_t people) {
    std::unique_ptr<OverloadLoad> load{new OverloadLoad{epoll_create1(EPOLL_CLOEXEC), std::move(lines)}};
    load->people_.reserve(people);
    std::array<char, 16'384> bytes;
    for (std::size_t number = 0; number < people; ++number) {
        auto connection = Loopback::connect(port);
        if (!connection) return propagate(connection);
        Person person{.connection = std::move(*connection), .line = number % load->lines_.size()};
        if (const auto sent = person.connection.send(post("/api/v1/sessions", {{"scenario", scenario}})); !sent) return propagate(sent);
        while (!person.answer.done()) {
            if (const auto come = person.connection.wait(kPatience); !come) return propagate(come);
            const auto size = person.connection.receive(bytes.data(), bytes.size());
            if (!size) return propagate(size);
            if (const auto fed = person.answer.feed({bytes.data(), *size}); !fed) return propagate(fed);
        }
        const auto parsed = json::parse(person.answer.body());
        const auto* id = parsed && parsed->is_object() ? parsed->as_object().if_contains("session_id") : nullptr;
        if (person.answer.status() != 201 || !id || !id->is_string()) return fail(unexpected("a session", person.answer));
        person.target = fmt::format("/api/v1/sessions/{}/turns", std::string_view{id->as_string()});
        if (const auto watched = load->watch(person.connection, number); !watched) return propagate(watched);
        load->people_.push_back(std::move(person));
        load->free_.push_back(number);
    }
    auto connection = Loopback::connect(port);
    if (!connection) return propagate(connection);
    load->probe_ = std::make_unique<Person>(Person{.connection = std::move(*connection)});
    if (const auto watched = load->watch(load->probe_->connection, kProbe); !watched) return propagate(watched);
    return load;
}

Status OverloadLoad::watch(const Loopback& connection, std::uint64_t number) const {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket(), &event) != 0) return fail(Code::internal, "epoll_ctl failed");
    return {};
}

Status OverloadLoad::probe(TimePoint now) {
    if (probing_ || now < probe_->asked + kProbeEvery) return {};
    probing_ = true;
    probe_->asked = now;
    probe_->answer.reset();
    return probe_->connection.send("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
}

Status OverloadLoad::hear_probe(Outcome& outcome) {
    std::array<char, 4'096> bytes;
    const auto size = probe_->connection.receive(bytes.data(), bytes.size());
    if (!size) return propagate(size);
    if (const auto fed = probe_->answer.feed({bytes.data(), *size}); !fed) return fed;
    if (!probe_->answer.done()) return {};
    probing_ = false;
    if (probe_->answer.status() != 200) return fail(unexpected("the probe", probe_->answer));
    ++outcome.probed;
    outcome.probe.add(std::chrono::round<std::chrono::microseconds>(Clock::now() - probe_->asked));
    return {};
}

Status OverloadLoad::speak(Outcome& outcome) {
    ++outcome.due;
    if (free_.empty()) {
        ++outcome.unsent;
        return {};
    }
    const auto number = free_.front();
    free_.pop_front();
    Person& person = people_[number];
    person.answer.reset();
    person.asked = Clock::now();
    person.counted = true;
    const auto& line = lines_[person.line++ % lines_.size()];
    return person.connection.send(post(person.target, {{"user_message", line}}));
}

Status OverloadLoad::hear(std::size_t number, Outcome& outcome) {
    Person& person = people_[number];
    std::array<char, 16'384> bytes;
    const auto size = person.connection.receive(bytes.data(), bytes.size());
    if (!size) return propagate(size);
    if (*size == 0) return {};
    if (const auto fed = person.answer.feed({bytes.data(), *size}); !fed) return fed;
    if (!person.answer.done()) return {};
    free_.push_back(number);
    const int status = person.answer.status();
    if (status != 200 && status != 503) return fail(unexpected("a turn", person.answer));
    if (!person.counted) return {};
    const auto now = Clock::now();
    const auto took = std::chrono::round<std::chrono::microseconds>(now - person.asked);
    ++(status == 200 ? outcome.completed : outcome.refused);
    (status == 200 ? outcome.turn : outcome.refusal).add(took);
    if (status == 503) outcome.last_refusal = now;
    return {};
}

Status OverloadLoad::listen(milliseconds patience, Outcome& outcome) {
    std::array<epoll_event, 64> events;
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
    if (ready < 0 && errno != EINTR) return fail(Code::internal, "epoll_wait failed");
    for (int i = 0; i < ready; ++i) {
        const auto number = events[static_cast<std::size_t>(i)].data.u64;
        const auto heard = number == kProbe ? hear_probe(outcome) : hear(number, outcome);
        if (!heard) return heard;
    }
    return {};
}

/// Who still waits belongs to what was measured before.
void OverloadLoad::begin() {
    for (Person& person : people_) person.counted = false;
}

Result<Outcome> OverloadLoad::closed(std::size_t speakers, milliseconds time) {
    begin();
    Outcome outcome;
    const auto start = Clock::now();
    for (auto now = start; now < start + time; now = Clock::now()) {
        while (waiting() < speakers) {
            if (const auto spoken = speak(outcome); !spoken) return propagate(spoken);
        }
        if (const auto heard = listen(milliseconds{1}, outcome); !heard) return propagate(heard);
    }
    outcome.time = Clock::now() - start;
    return outcome;
}

Result<Outcome> OverloadLoad::open(double per_second, milliseconds time) {
    begin();
    Outcome outcome;
    const auto start = Clock::now();
    for (auto now = start; now < start + time; now = Clock::now()) {
        const auto due = static_cast<std::int64_t>(std::chrono::duration<double>(now - start).count() * per_second);
        while (outcome.due < due) {
            if (const auto spoken = speak(outcome); !spoken) return propagate(spoken);
        }
        if (const auto probed = probe(now); !probed) return propagate(probed);
        // Less than a millisecond is not for epoll; beyond that much of a core there is no precision to be had.
        if (const auto heard = listen(milliseconds{free_.empty() ? 1 : 0}, outcome); !heard) return propagate(heard);
    }
    outcome.time = Clock::now() - start;
    return outcome;
}

Status OverloadLoad::settle() {
    begin();
    Outcome nobody;
    const auto give_up = Clock::now() + kPatience;
    while (waiting() > 0) {
        if (Clock::now() > give_up) return fail(Code::deadline_exceeded, "the server has been silent for ten seconds");
        if (const auto heard = listen(milliseconds{10}, nobody); !heard) return heard;
    }
    return {};
}
}  // namespace rondo::bench
