#include "edge/mock/service.hpp"

#include "base/json.hpp"
#include "edge/mock/gzip.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::mock {
namespace {
constexpr std::size_t kMostRemembered = 10'000;
constexpr std::size_t kPlanBytes = 16U << 20U;
constexpr std::int64_t kLeastCached = 1024;  ///< both providers cache no shorter prefix
constexpr std::int64_t kCacheStep = 128;     ///< OpenAI counts cached tokens in steps
constexpr std::string_view kRedirected = "/redirected";

std::shared_ptr<const Plan> share(Plan plan) { return std::make_shared<const Plan>(std::move(plan)); }

Plan page(int status, std::string content_type, std::string body) {
    return plan_of({.status = status, .content_type = std::move(content_type), .frames = {{std::move(body), 0}}}, {}, {});
}

Reply error_of(Api api, const Trouble& trouble) { return api == Api::messages ? anthropic::error(trouble) : openai::error(trouble); }

Trouble trouble_from(const Error& error) {
    return {.status = error.code == Code::not_found ? 404 : 400,
            .message = error.message,
            .member = error.code == Code::not_found ? "model" : error.reason};
}

/// The model of addresses such as /openai/deployments/MODEL/chat/completions, else nothing.
std::string_view model_in(std::string_view path) {
    constexpr std::string_view kBefore = "/deployments/";
    const auto at = path.find(kBefore);
    if (at == path.npos) return {};
    path.remove_prefix(at + kBefore.size());
    return path.substr(0, path.find('/'));
}
}  // namespace

std::string_view name(Api api) noexcept {
    switch (api) {
        case Api::chat: return "openai.chat";
        case Api::messages: return "anthropic.messages";
        case Api::embeddings: return "openai.embeddings";
    }
    return "";
}

Service::Service(Config config) : config_{std::move(config)} {}

Service::Place Service::place_of(std::string_view path) {
    if (path == "/attempts") return Place::attempts;
    if (path == "/certificate") return Place::certificate;
    if (path.ends_with("/chat/completions")) return Place::chat;
    if (path.ends_with("/messages")) return Place::messages;
    if (path.ends_with("/embeddings")) return Place::embeddings;
    if (path.ends_with("/models")) return Place::models;
    return Place::unknown;
}

Service::Answered Service::answer(const net::Request& request) {
    const Place place = place_of(request.path);
    const bool model = place == Place::chat || place == Place::messages || place == Place::embeddings;
    if (model && request.method == net::Method::post) return model_call(place, request);
    return own_page(place, request);
}

Plan Service::refuse(const Error& error) {
    Plan plan = plan_of(openai::error({.status = 400, .message = error.message}), {}, {});
    plan.end = Plan::End::close;
    return plan;
}

Service::Answered Service::own_page(Place place, const net::Request& request) {
    using net::Method;
    const bool get = request.method == Method::get;
    if (place == Place::attempts && get) { return {share(page(200, "application/json", json::write(to_json(log_, start_)))), nullptr}; }
    if (place == Place::attempts && request.method == Method::delete_) {
        forget();
        return {share(page(200, "application/json", "{}")), nullptr};
    }
    if (place == Place::certificate && get && !config_.certificate.empty()) {
        return {share(page(200, "application/x-pem-file", config_.certificate)), nullptr};
    }
    if (place == Place::models && get) {
        const bool versioned = !request.header("anthropic-version").empty();
        return {share(plan_of(versioned ? anthropic::models() : openai::models(), {}, {})), nullptr};
    }
    const Trouble unknown{.status = 404, .message = fmt::format("Unknown request URL: {} {}.", net::name(request.method), request.path)};
    return {share(plan_of(openai::error(unknown), {}, {})), nullptr};
}

Service::Answered Service::model_call(Place place, const net::Request& request) {
    const bool versioned = !request.header("anthropic-version").empty();
    const bool may = allowed(request);
    if (may) {
        const std::lock_guard lock{mutex_};
        const auto known = plans_.find(std::string_view{request.body});
        if (known != plans_.end() && known->second.path == request.path && known->second.versioned == versioned)
            return known->second.answered;
    }
    bool keep = may;
    Answered answered = fresh(place, request, keep);
    if (!keep) return answered;
    std::size_t bytes = request.body.size();
    for (const Piece& piece : answered.plan->pieces) bytes += piece.bytes.size() + sizeof(Piece);
    if (bytes > kPlanBytes / 8) return answered;
    const std::lock_guard lock{mutex_};
    plan_bytes_ += bytes;
    if (plan_bytes_ > kPlanBytes) {
        plans_.clear();
        plan_bytes_ = bytes;
    }
    plans_.insert_or_assign(request.body, Kept{request.path, versioned, answered});
    return answered;
}

Service::Answered Service::fresh(Place place, const net::Request& request, bool& keep) {
    const Api api = place == Place::messages ? Api::messages : place == Place::embeddings ? Api::embeddings : Api::chat;
    if (!allowed(request)) {
        const Trouble refused{.status = 401, .message = "Incorrect API key provided."};
        return {share(plan_of(error_of(api, refused), {}, {})),
                std::make_shared<const Asked>(Asked{.api = std::string{name(api)}, .model = {}, .fault = "key-refused"})};
    }
    auto ask = place == Place::messages     ? read_messages(request)
               : place == Place::embeddings ? read_embeddings(request, model_in(request.path))
                                            : read_chat(request, model_in(request.path));
    if (!ask) {
        return {share(plan_of(error_of(api, trouble_from(ask.error())), {}, {})),
                std::make_shared<const Asked>(Asked{.api = std::string{name(api)}, .model = {}, .fault = "bad-request"})};
    }
    Asked asked{.api = std::string{name(api)},
                .model = ask->model,
                .fault = std::string{info(ask->chosen.fault).name},
                .stream = ask->stream,
                .continued = ask->assistant_last};
    if (request.path.starts_with(kRedirected)) {  // whoever follows gets an answer, and is seen
        ask->chosen = {};
        asked.fault = "redirected";
    }
    const Reply reply = reply_to(*ask, request, keep);
    return {share(plan_of(reply, ask->chosen, config_.pace)), std::make_shared<const Asked>(std::move(asked))};
}

/// What a working provider would say, but for the faults that are in what is said. Sets the fault to ok where its turn is over.
Reply Service::reply_to(Ask& ask, const net::Request& request, bool& keep) {
    Chosen& chosen = ask.chosen;
    if (chosen.fault == Fault::flaky || chosen.fault == Fault::cut_once) {
        keep = false;
        if (times(ask.conversation) >= (chosen.fault == Fault::flaky ? chosen.number : 1)) {
            chosen = {};
            const std::lock_guard lock{mutex_};
            visits_.erase(ask.conversation);  // the next round fails anew
        }
    }
    if (const auto trouble = trouble_of(chosen, ask.api)) return error_of(ask.api, *trouble);
    if (chosen.fault == Fault::no_prefill && ask.assistant_last) {
        return error_of(ask.api,
                        {.status = 400,
                         .message = "This model does not support assistant message prefill. The conversation must end with a user message.",
                         .member = "messages"});
    }
    if (chosen.fault == Fault::redirect) {
        return {.status = 307, .headers = {{"location", std::string{kRedirected} + request.path}}, .frames = {{"{}", 0}}};
    }
    if (chosen.fault == Fault::wrong_type) {
        return {.content_type = "text/html; charset=utf-8", .frames = {{"<!doctype html><title>Welcome</title><p>Please sign in.", 0}}};
    }
    const bool in_band = chosen.fault == Fault::error_in_200 || (chosen.fault == Fault::error_in_stream && !ask.stream);
    if (in_band) {
        Reply reply = error_of(ask.api, {.status = ask.api == Api::messages ? 529 : 500, .message = "Overloaded"});
        reply.status = 200;
        return reply;
    }
    const auto cache = share_of(ask, keep);
    Reply reply = ask.api == Api::embeddings ? openai::embeddings(ask)
                  : ask.api == Api::messages ? anthropic::messages(ask, compose(ask, config_.script, config_.tokens, cache))
                                             : openai::chat(ask, compose(ask, config_.script, config_.tokens, cache));
    if (chosen.fault == Fault::gzip) {
        Frame packed;
        for (const Frame& frame : reply.frames) {
            packed.bytes += frame.bytes;
            packed.tokens += frame.tokens;
        }
        packed.bytes = gzip(packed.bytes);
        reply.frames = {std::move(packed)};
        reply.headers.push_back({"content-encoding", "gzip"});
    }
    return reply;
}

bool Service::allowed(const net::Request& request) const {
    if (config_.key.empty()) return true;
    constexpr std::string_view kBearer = "Bearer ";
    const auto bearer = request.header("authorization");
    if (bearer.starts_with(kBearer) && bearer.substr(kBearer.size()) == config_.key) return true;
    return request.header("x-api-key") == config_.key || request.header("api-key") == config_.key;
}

/// Anthropic writes what is marked and reads the longest part that was there; OpenAI keeps prefixes by itself and tells reads alone.
CacheShare Service::share_of(const Ask& ask, bool& keep) {
    CacheShare share;
    const std::lock_guard lock{mutex_};
    if (prefixes_.size() > kMostRemembered) prefixes_.clear();
    for (const CacheMark& mark : ask.marks) {
        if (mark.tokens.count < kLeastCached) continue;
        const bool fresh = prefixes_.insert(mark.prefix).second;
        if (fresh) {
            keep = false;  // the same request will be billed otherwise
            share.write = mark.tokens - share.read;
        } else {
            share.read = mark.tokens;
            share.write = {};
        }
    }
    if (ask.api == Api::chat) {
        share.write = {};
        share.read.count -= share.read.count % kCacheStep;
    }
    return share;
}

std::int64_t Service::times(std::uint64_t conversation) {
    const std::lock_guard lock{mutex_};
    if (visits_.size() > kMostRemembered) visits_.clear();
    return visits_[conversation]++;
}

void Service::forget() {
    const std::lock_guard lock{mutex_};
    log_.clear();
    visits_.clear();
    prefixes_.clear();
    plans_.clear();
    plan_bytes_ = 0;
}
}  // namespace rondo::mock
