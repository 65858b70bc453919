#include "platform/store/lock_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace rondo::store {
Result<LockFile> LockFile::acquire(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return fail(Code::unavailable, fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
    LockFile lock{descriptor};
    // flock belongs to the open file, so a second opener inside this process is refused as well.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK)
        return fail(Code::failed_precondition, fmt::format("the database is in use by another rondo ({} is locked); stop it or "
                                                           "choose another data folder",
                                                           path.string()));
    return fail(Code::unavailable, fmt::format("cannot lock {}: {}", path.string(), std::strerror(errno)));
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
LockFile::~LockFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}
}  // namespace rondo::store
