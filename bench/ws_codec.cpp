#include "ws_codec.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "edge/gateway/wire/frame_codec.hpp"
#include "spread.hpp"
#include "wire_forms.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rondo::bench {
namespace {
namespace wire = gateway::wire;
using Texts = std::vector<std::string>;

/// The corpus in one form: its deltas, and everything.
struct Form {
    Texts deltas, all;
};

template <class Write>
Form in_form(const WireCorpus& corpus, Write write) {
    Form form;
    for (const auto& message : corpus.messages) {
        form.all.push_back(write(message));
        if (message.frame.has_delta()) form.deltas.push_back(form.all.back());
    }
    return form;
}

std::size_t bytes_framed(const Texts& texts) {
    std::size_t bytes = 0;
    for (const auto& text : texts) bytes += framed(text.size());
    return bytes;
}

/// Nanoseconds an item, the median of the rounds after a first one that does not count.
template <class Items, class Work>
double time_each(const Items& items, std::size_t rounds, Work work) {
    std::vector<double> measured;
    for (std::size_t round = 0; round <= rounds; ++round) {
        std::uint64_t sum = 0;
        const TimePoint begin = Clock::now();
        for (const auto& item : items) sum += work(item);
        const auto took = std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
        asm volatile("" : : "r"(sum));  // else the compiler may leave out what is measured
        if (round > 0) measured.push_back(took / static_cast<double>(items.size()));
    }
    return spread(std::move(measured)).median;
}

/// How a form is read and written: each returns something that depends on all of it.
struct Codec {
    const char* name;
    Form form;
    std::function<std::uint64_t(const std::string&)> read;
    std::function<std::uint64_t(const WireCorpus::Message&)> write;
};

std::uint64_t weight(const v1::Frame& frame) { return frame.seq() + frame.delta().text().size() + 1; }

std::uint64_t read_value(const std::string& text) {
    const auto value = json::parse(text);
    return value && value->is_object() ? value->get_object().size() : 0;
}

/// As the server does.
std::uint64_t read_frame(wire::Encoding encoding, const std::string& bytes) {
    const auto frame = wire::decode(encoding, bytes);
    return frame ? weight(*frame) : 0;
}

/// The least it can cost: nothing is checked, and the frame keeps its memory.
std::uint64_t read_into(v1::Frame& frame, const std::string& bytes) {
    return frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ? weight(frame) : 0;
}
}  // namespace

Status measure_size(const WireCorpus& corpus, const WsSink& tell) {
    const auto pb = in_form(corpus, [](const auto& message) { return to_pb(message.frame); });
    const auto lean = in_form(corpus, [](const auto& message) { return to_lean_json(message.frame); });
    const auto flat = in_form(corpus, [&](const auto& message) { return to_flat_json(corpus, message); });
    const auto row = [&](const char* what, const Form& form, bool ratios) {
        const auto bytes = static_cast<double>(bytes_framed(form.all));
        WsRow made{"size",
                   what,
                   {{"messages", static_cast<double>(form.all.size())},
                    {"framed_bytes", bytes},
                    {"bytes_per_message", bytes / static_cast<double>(form.all.size()), 1},
                    {"bytes_per_delta", static_cast<double>(bytes_framed(form.deltas)) / static_cast<double>(form.deltas.size()), 1}}};
        if (ratios) {
            made.figures.push_back({"percent_of_flat", 100 * bytes / static_cast<double>(bytes_framed(flat.all)), 1});
            made.figures.push_back({"percent_of_lean", 100 * bytes / static_cast<double>(bytes_framed(lean.all)), 1});
        }
        return tell(made);
    };
    if (const auto told = row("flat JSON", flat, false); !told) return told;
    if (const auto told = row("lean JSON", lean, false); !told) return told;
    return row("pb", pb, true);
}

Status measure_decode(const WireCorpus& corpus, std::size_t rounds, const WsSink& tell) {
    using Message = WireCorpus::Message;
    v1::Frame used;
    std::string bytes;
    const auto flat = in_form(corpus, [&](const Message& message) { return to_flat_json(corpus, message); });
    const auto lean = in_form(corpus, [](const Message& message) { return to_lean_json(message.frame); });
    const auto pb = in_form(corpus, [](const Message& message) { return to_pb(message.frame); });
    const std::vector<Codec> codecs{
        {"flat JSON, as values", flat, read_value, [&](const Message& message) { return to_flat_json(corpus, message).size(); }},
        {"lean JSON, as values", lean, read_value, {}},
        {"lean JSON", lean, [](const std::string& text) { return read_frame(wire::Encoding::json, text); },
         [](const Message& message) { return wire::encode(wire::Encoding::json, message.frame).size(); }},
        {"pb", pb, [](const std::string& text) { return read_frame(wire::Encoding::pb, text); },
         [](const Message& message) { return wire::encode(wire::Encoding::pb, message.frame).size(); }},
        {"pb, into a used frame", pb, [&](const std::string& text) { return read_into(used, text); },
         [&](const Message& message) {
             bytes.clear();
             return message.frame.AppendToString(&bytes) ? bytes.size() : 0;
         }},
    };
    std::vector<const Message*> deltas;
    for (const auto& message : corpus.messages) {
        if (message.frame.has_delta()) deltas.push_back(&message);
    }
    std::map<std::string_view, double> message_ns;
    for (const Codec& codec : codecs) {
        for (const auto& text : codec.form.all) {
            if (codec.read(text) == 0) return fail(Code::internal, std::string{codec.name} + ": a message cannot be read back");
        }
        const bool binary = std::string_view{codec.name}.starts_with("pb");
        const double delta = time_each(codec.form.deltas, rounds, codec.read);
        const double all = message_ns[codec.name] = time_each(codec.form.all, rounds, codec.read);
        // The target is the binary form's, so its figure has a name of its own.
        WsRow row{"decode", codec.name, {{binary ? "delta_ns" : "json_delta_ns", delta}, {"message_ns", all}}};
        if (codec.write) {
            const auto write_delta = [&](const Message* message) { return codec.write(*message); };
            row.figures.push_back({"encode_delta_ns", time_each(deltas, rounds, write_delta)});
            row.figures.push_back({"encode_message_ns", time_each(corpus.messages, rounds, codec.write)});
        }
        const auto less_than = [&](std::string_view other) { return 100 * (1 - all / message_ns[other]); };
        if (binary) {
            row.figures.push_back({"less_than_flat_percent", less_than("flat JSON, as values"), 1});
            row.figures.push_back({"less_than_lean_percent", less_than("lean JSON"), 1});
        }
        if (const auto told = tell(row); !told) return told;
    }
    return {};
}
}  // namespace rondo::bench
