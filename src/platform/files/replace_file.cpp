#include "platform/files/replace_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace rondo::files {
namespace {
namespace fs = std::filesystem;

std::unexpected<Error> failed(int error, const char* what, const fs::path& path) {
    const auto message = fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(error));
    switch (error) {
        case ENOSPC:
        case EDQUOT: return fail(Code::insufficient_storage, message);
        case EACCES:
        case EPERM:
        case EROFS:
        case EISDIR:
        case ENOTDIR:
        case EEXIST:
        case ENOTEMPTY:
        case ELOOP:
        case ENAMETOOLONG: return fail(Code::failed_precondition, message);
        default: return fail(Code::unavailable, message);
    }
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    int close() { return ::close(std::exchange(fd_, -1)); }

private:
    int fd_;
};

Status write_all(int fd, std::string_view body, const fs::path& file) {
    while (!body.empty()) {
        const ssize_t n = ::write(fd, body.data(), body.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(errno, "write", file);
        body.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Status sync_folder(const fs::path& folder) {
    const Descriptor at{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (at.get() < 0) return failed(errno, "open", folder);
    if (::fsync(at.get()) != 0) return failed(errno, "sync", folder);
    return {};
}

/// A new folder's name is on disk only once the folder it lies in is.
Status make_folder(const fs::path& folder) {
    std::error_code ec;
    if (fs::is_directory(folder, ec)) return {};
    const fs::path outer = folder.has_parent_path() ? folder.parent_path() : fs::path{"."};
    if (outer != folder) {
        if (auto made = make_folder(outer); !made) return made;
    }
    if (::mkdir(folder.c_str(), 0755) != 0 && !(errno == EEXIST && fs::is_directory(folder, ec))) {
        return failed(errno, "make the folder", folder);
    }
    return sync_folder(outer);
}

/// The whole of the new file, under a name of its own beside the old one.
Status write_new(Descriptor& out, mode_t mode, std::string_view body, const fs::path& file) {
    if (::fchmod(out.get(), mode) != 0) return failed(errno, "set the permissions of", file);
    if (auto written = write_all(out.get(), body, file); !written) return written;
    if (::fsync(out.get()) != 0) return failed(errno, "sync", file);
    if (out.close() != 0) return failed(errno, "close", file);
    return {};
}

/// Where the links that begin at `file` end, even when nothing is there yet.
fs::path target_of(const fs::path& file) {
    std::error_code ec;
    if (!fs::is_symlink(file, ec)) return file;
    auto target = fs::weakly_canonical(file, ec);
    return ec ? file : target;
}
}  // namespace

Status replace_file(const fs::path& file, std::string_view body, Readers readers) {
    const fs::path target = target_of(file);
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path{"."};
    if (auto made = make_folder(folder); !made) return made;
    struct stat present{};
    const bool exists = ::stat(target.c_str(), &present) == 0;
    if (exists && !S_ISREG(present.st_mode)) return failed(EISDIR, "replace", target);

    std::string name = (folder / fmt::format(".{}.XXXXXX", target.filename().string())).string();
    Descriptor out{::mkostemp(name.data(), O_CLOEXEC)};
    if (out.get() < 0) return failed(errno, "create a file beside", target);
    const mode_t fresh = readers == Readers::owner ? 0600 : 0644;
    auto status = write_new(out, exists ? present.st_mode & 07777 : fresh, body, target);
    if (status && ::rename(name.c_str(), target.c_str()) != 0) status = failed(errno, "replace", target);
    if (!status) {
        ::unlink(name.c_str());
        return status;
    }
    return sync_folder(folder);
}
}  // namespace rondo::files
