#include "platform/files/file_watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace rondo::files {
namespace {
constexpr std::uint32_t kFolderEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/// What tells one state of a file from another, short of its content.
struct Look {
    bool there{false};
    dev_t device{0};
    ino_t node{0};
    off_t size{0};
    std::int64_t written_ns{0}, changed_ns{0};
    bool operator==(const Look&) const = default;
};

Look look_at(const std::filesystem::path& file) {
    struct stat found{};
    if (file.empty() || ::stat(file.c_str(), &found) != 0) return {};
    const auto ns = [](const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
    return {true, found.st_dev, found.st_ino, found.st_size, ns(found.st_mtim), ns(found.st_ctim)};
}
}  // namespace

/// Kept alive by its waits, which do nothing once it is closed.
class FileWatch::Core : public std::enable_shared_from_this<Core> {
public:
    Core(asio::any_io_executor executor, Config config, std::function<void()> changed)
        : config_{config}, changed_{std::move(changed)}, inotify_{executor}, poll_{executor}, gone_{executor} {}

    void open() {
        if (config_.notify) {
            const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
            if (fd >= 0) inotify_.assign(fd);
        }
        if (inotify_.is_open()) listen();
        arm_poll();
    }
    void close() {
        closed_ = true;
        boost::system::error_code ignored;
        inotify_.close(ignored);
        poll_.cancel();
        gone_.cancel();
    }
    void watch(std::filesystem::path file) {
        forget_folder();
        file_ = std::move(file);
        gone_.cancel();
        follow_folder();
        last_ = look_at(file_);
    }
    [[nodiscard]] bool notified() const { return folder_.has_value(); }

private:
    void follow_folder() {
        if (folder_ || file_.empty() || !inotify_.is_open()) return;
        const auto folder = file_.has_parent_path() ? file_.parent_path() : std::filesystem::path{"."};
        const int number = ::inotify_add_watch(inotify_.native_handle(), folder.c_str(), kFolderEvents);
        if (number >= 0) folder_ = number;
    }
    void forget_folder() {
        if (folder_) ::inotify_rm_watch(inotify_.native_handle(), *folder_);
        folder_.reset();
    }

    void listen() {
        inotify_.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](const boost::system::error_code& ec) {
            if (ec || self->closed_) return;
            self->read_events();
            if (!self->closed_) self->listen();
        });
    }
    void read_events() {
        bool ours = false, others = false;
        alignas(inotify_event) std::array<char, 4096> buffer;
        for (;;) {
            const ssize_t n = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
            if (n <= 0) break;
            for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
                inotify_event event;
                std::memcpy(&event, buffer.data() + at, sizeof event);
                const std::string_view name{event.len == 0 ? "" : buffer.data() + at + sizeof event};
                at += sizeof event + event.len;
                if (folder_ && event.wd == *folder_ && (event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) {
                    // The folder itself is gone; the next look follows the one that takes its place.
                    if ((event.mask & IN_MOVE_SELF) != 0) forget_folder();
                    folder_.reset();
                    others = true;
                } else if (name == file_.filename().native() && (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
                    ours = true;
                } else if ((event.mask & (IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_Q_OVERFLOW)) != 0) {
                    others = true;  // ours went, or the link it is was led elsewhere
                }
            }
        }
        // Two writes within one tick of the file system's clock look the same, so what the kernel says is believed.
        if (ours) look(true);
        else if (others) look(false);
    }

    void look(bool told) {
        follow_folder();
        const Look now = look_at(file_);
        if (now.there) {
            gone_.cancel();
            const bool news = told || now != last_;
            last_ = now;
            if (news) changed_();
        } else if (last_.there) {
            last_ = now;
            gone_.expires_after(config_.gone);
            gone_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
                if (ec || self->closed_ || self->last_.there) return;
                self->changed_();
            });
        }
    }
    void arm_poll() {
        poll_.expires_after(config_.poll);
        poll_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
            if (ec || self->closed_) return;
            self->look(false);
            if (!self->closed_) self->arm_poll();
        });
    }

    const Config config_;
    std::function<void()> changed_;
    asio::posix::stream_descriptor inotify_;
    Timer poll_, gone_;
    std::filesystem::path file_;
    std::optional<int> folder_;  // inotify's number for it
    Look last_;
    bool closed_{false};
};

FileWatch::FileWatch(asio::any_io_executor executor, Config config, std::function<void()> changed)
    : core_{std::make_shared<Core>(std::move(executor), config, std::move(changed))} {
    core_->open();
}
FileWatch::~FileWatch() { core_->close(); }
void FileWatch::watch(std::filesystem::path file) { core_->watch(std::move(file)); }
bool FileWatch::notified() const { return core_->notified(); }
}  // namespace rondo::files
