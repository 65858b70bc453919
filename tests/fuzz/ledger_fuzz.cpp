// The ledger's entries as a disk may give them back, and the words people write money and its owners in.
#include "engine/ledger/amount.hpp"
#include "engine/ledger/calendar.hpp"
#include "engine/ledger/config.hpp"
#include "engine/ledger/entry.hpp"
#include "engine/ledger/subject.hpp"
#include "fuzz/fuzz.hpp"

#include <array>
#include <string>

namespace rondo::fuzz {
namespace {
using namespace ledger;

void entry(std::string_view input) {
    const auto read = Entry::decode(input);
    if (!read) return expect(read.error().code == Code::data_loss, "what cannot be read is told as lost");
    const auto again = Entry::decode(read->encode());
    expect(again && again->cost == read->cost && again->call.usage == read->call.usage && again->spender.scope == read->spender.scope,
           "an entry reads back as it was written");
}

void amount(std::string_view input) {
    const auto read = parse_amount(input);
    if (!read) return;
    expect(read->micros >= 0, "an amount has no sign");
    expect(parse_amount(amount_text(*read)) == read, "an amount reads back as it is shown");
}

void prices(std::string_view input) {
    const std::array lines{std::string{input}};
    const auto table = price_table(lines);
    if (!table) return expect(table.error().faults.size() == 1, "each line that is no price is named");
    const auto model = input.substr(0, input.rfind('='));
    const Usage much{Tokens{1'000'000}, Tokens{1}, Tokens{}, Tokens{}};
    expect(table->cost(model, much) >= table->price(model).per_million_input, "a price is what tokens cost");
}

void subject(std::string_view input) {
    const TenantId tenant{"acme"};
    const auto read = parse_subject(tenant, input);
    if (!read) return;
    expect(read->tenant == tenant, "nobody names another tenant's subject");
    const auto again = parse_subject(tenant, text(*read));
    expect(again && *again == *read, "a subject reads back as it is shown");
}
}  // namespace

void run(std::string_view input) {
    switch (choice(input) % 5) {
        case 0: return entry(input);
        case 1: return amount(input);
        case 2: return prices(input);
        case 3: return subject(input);
        default: {
            const auto day = parse_day(input);
            if (day) expect(window_text(Period::day, *day) == input, "a day reads back as it is shown");
        }
    }
}
}  // namespace rondo::fuzz
