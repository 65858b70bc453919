#include "platform/net/web_socket_offer.hpp"

#include "platform/net/web_socket_deflate.hpp"

#include <algorithm>
#include <cstdint>

namespace rondo::net {
namespace {
constexpr int kWidestWindow = 15, kNarrowestWindow = 8;

bool token_char(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.find(c) != std::string_view::npos;
}

/// Takes the header apart from its front.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_{text} { skip_blanks(); }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    bool take(char wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        skip_blanks();
        return true;
    }
    /// Empty: there is none.
    std::string token() {
        const auto end = std::ranges::find_if_not(rest_, token_char) - rest_.begin();
        std::string word{rest_.substr(0, static_cast<std::size_t>(end))};
        rest_.remove_prefix(word.size());
        skip_blanks();
        return word;
    }
    /// A token, bare or in quotes. Empty: neither, or something else in the quotes.
    std::string value() {
        if (!rest_.starts_with('"')) return token();
        rest_.remove_prefix(1);
        std::string word;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\') rest_.remove_prefix(1);
            if (rest_.empty() || !token_char(rest_.front())) return {};
            word.push_back(rest_.front());
            rest_.remove_prefix(1);
        }
        return take('"') ? word : std::string{};
    }

private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
    std::string_view rest_;
};

bool parse_parameters(Cursor& cursor, Extension& extension) {
    while (cursor.take(';')) {
        Extension::Parameter parameter{.name = cursor.token()};
        if (parameter.name.empty()) return false;
        if (cursor.take('=')) {
            parameter.value = cursor.value();
            if (parameter.value->empty()) return false;
        }
        extension.parameters.push_back(std::move(parameter));
    }
    return true;
}

/// 8 to 15, without a leading zero.
std::optional<int> window_bits(const std::string& text) {
    for (int bits = kNarrowestWindow; bits <= kWidestWindow; ++bits) {
        if (text == std::to_string(bits)) return bits;
    }
    return std::nullopt;
}

std::optional<DeflateTerms> keep(const Extension& offer) {
    enum : std::uint8_t { server_context = 1, client_context = 2, server_window = 4, client_window = 8 };
    unsigned seen = 0;
    int ours = kWidestWindow;
    for (const auto& [name, value] : offer.parameters) {
        unsigned parameter = 0;
        const auto bits = value ? window_bits(*value) : std::nullopt;
        if (name == "server_no_context_takeover" && !value) parameter = server_context;
        if (name == "client_no_context_takeover" && !value) parameter = client_context;
        if (name == "server_max_window_bits" && bits) parameter = server_window;
        if (name == "client_max_window_bits" && (bits || !value)) parameter = client_window;
        if (parameter == 0 || (seen & parameter) != 0) return std::nullopt;
        seen |= parameter;
        if (parameter == server_window) ours = *bits;
    }
    DeflateTerms terms{.window_bits = std::min(ours, kDeflateWindowBits),
                       .answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"};
    // Told only to who asked: not every client expects it.
    if ((seen & server_window) != 0) terms.answer += "; server_max_window_bits=" + std::to_string(terms.window_bits);
    return terms;
}
}  // namespace

std::optional<std::vector<Extension>> parse_extensions(std::string_view header) {
    std::vector<Extension> offers;
    Cursor cursor{header};
    while (!cursor.at_end()) {
        if (cursor.take(',')) continue;
        Extension extension{.name = cursor.token()};
        if (extension.name.empty() || !parse_parameters(cursor, extension)) return std::nullopt;
        if (!cursor.at_end() && !cursor.take(',')) return std::nullopt;
        offers.push_back(std::move(extension));
    }
    return offers;
}

std::optional<DeflateTerms> accept_deflate(const std::vector<Extension>& offers) {
    for (const Extension& offer : offers) {
        if (offer.name != "permessage-deflate") continue;
        if (auto terms = keep(offer)) return terms;
    }
    return std::nullopt;
}
}  // namespace rondo::net
