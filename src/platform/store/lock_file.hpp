#pragma once
#include "base/result.hpp"

#include <filesystem>

namespace rondo::store {
/// The database's door: one process at a time. Let go by the kernel when the process ends, however it ends.
class LockFile {
public:
    /// Creates `path` when needed. Errors: `failed_precondition` (somebody has it), `unavailable` (cannot be opened).
    [[nodiscard]] static Result<LockFile> acquire(const std::filesystem::path& path);
    ~LockFile();
    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&&) = delete;

private:
    explicit LockFile(int descriptor) : descriptor_{descriptor} {}
    int descriptor_;
};
}  // namespace rondo::store
