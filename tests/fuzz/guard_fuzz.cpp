// What strangers send to be let in, and the files that say who is.
#include "fuzz/fuzz.hpp"
#include "mind/guard/jwt.hpp"
#include "mind/guard/key_book.hpp"
#include "mind/guard/key_file.hpp"
#include "mind/guard/last_used.hpp"

#include <chrono>

namespace rondo::fuzz {
namespace {
using namespace guard;
constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
constexpr Pepper kPepper{1, 2, 3};
// The other half of this key signed the corpus and is gone.
constexpr const char* kIssuer =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAROZlJV3Or2oQ2ZepI/9fVNgm12FyDAcCXWpH3404SDU=\n-----END PUBLIC KEY-----\n";

void token(std::string_view input) {
    static const JwtVerifier verifier = [] {
        JwtVerifier::Config config;
        config.public_key = kIssuer;
        config.issuer = "https://id.example";
        config.audience = "rondo";
        return std::move(*JwtVerifier::make(std::move(config)));
    }();
    const auto who = verifier.verify(input, kNow);
    if (!who) return expect(who.error().code == Code::unauthenticated && !who.error().reason.empty(), "a refusal says which one it is");
    expect(valid_id(who->scope.tenant.value) && valid_id(who->scope.user.value), "whoever is let in has a name");
    expect(!verifier.verify(std::string{input} + "A", kNow), "a token with something behind it is another one");
}

void key(std::string_view input) {
    static const KeyBook none{kPepper};
    const auto read = read_key(input);
    expect(!none.verify(input, kNow), "an empty book knows no key");
    if (!read) return;
    expect(input.size() == kKeyChars, "a key has one length");
    std::string typo{input};
    typo[5] = typo[5] == '0' ? '1' : '0';
    expect(!read_key(typo), "a typo is found");
}

void file(std::string_view input) {
    const auto book = read_key_file(input, kPepper);
    if (!book) return expect(book.error().code == Code::data_loss, "what cannot be read is told as lost");
    const auto again = read_key_file(write_key_file(*book), kPepper);
    expect(again && again->records() == book->records(), "keys read back as they were written");
}
}  // namespace

void run(std::string_view input) {
    switch (choice(input) % 4) {
        case 0: return token(input);
        case 1: return key(input);
        case 2: return file(input);
        default: {
            const auto times = read_last_used(input);
            expect(read_last_used(write_last_used(times)) == times, "times read back as they were written");
        }
    }
}
}  // namespace rondo::fuzz
