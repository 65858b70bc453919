#include "platform/store/batch.hpp"

#include "platform/store/crc32c.hpp"

#include <utility>

namespace rondo::store {
namespace {
std::size_t weigh(const std::vector<Value>& params) {
    std::size_t bytes = params.size() * sizeof(Value);
    for (const Value& value : params) {
        if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
        if (const auto* blob = std::get_if<BlobValue>(&value)) bytes += blob->bytes.size();
    }
    return bytes;
}
}  // namespace

Batch& Batch::append(std::int64_t stream, int kind, std::string body) {
    bytes_ += sizeof(Append) + body.size();
    const std::uint32_t crc = crc32c(body);  // here, on the caller's thread: the writer only adds the row's few header bytes
    rows_.push_back({stream, kind, crc, std::move(body)});
    return *this;
}

Batch& Batch::execute(Sql sql, std::vector<Value> params) {
    bytes_ += sizeof(Statement) + weigh(params);
    statements_.push_back({sql, std::move(params), false, {}});
    return *this;
}

Batch& Batch::guard(Sql sql, std::vector<Value> params, std::string otherwise) {
    bytes_ += sizeof(Statement) + weigh(params) + otherwise.size();
    statements_.push_back({sql, std::move(params), true, std::move(otherwise)});
    return *this;
}

Batch& Batch::fence(std::int64_t key, std::int64_t token) {
    bytes_ += sizeof(Fence);
    fences_.push_back({key, token});
    return *this;
}
}  // namespace rondo::store
