#include "platform/store/vfs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace rondo::store {
namespace {
/// SQLite allocates it with the underlying file's own structure right behind.
struct File {
    sqlite3_file base;
    Vfs* vfs;
    FaultPlan::File kind;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
static_assert(sizeof(File) % alignof(void*) == 0, "the underlying file follows aligned");

File& self(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return self(file).real(); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

std::optional<FaultPlan::Strike> strike(File& file, FaultPlan::Call call) {
    FaultPlan* faults = file.vfs->faults();
    return faults != nullptr ? faults->strike(call, file.kind) : std::nullopt;
}

/// The struck call's result: `through` does the real one, `io_error` is the code of an EIO in this kind of call.
template <class Through>
int suffer(const FaultPlan::Strike& struck, int io_error, Through through) {
    const int rc = struck.effect == FaultPlan::Effect::none       ? through()
                   : struck.effect == FaultPlan::Effect::no_space ? SQLITE_FULL
                                                                  : io_error;
    if (struck.hook) struck.hook();
    return rc;
}

int file_close(sqlite3_file* file) { return methods(file).xClose(real(file)); }

int file_read(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
    const auto through = [&] { return methods(file).xRead(real(file), out, amount, offset); };
    const auto struck = strike(self(file), FaultPlan::Call::read);
    return struck ? suffer(*struck, SQLITE_IOERR_READ, through) : through();
}

int file_write(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
    const auto through = [&] { return methods(file).xWrite(real(file), data, amount, offset); };
    if (const auto struck = strike(self(file), FaultPlan::Call::write)) {
        if (struck->effect == FaultPlan::Effect::half) methods(file).xWrite(real(file), data, amount / 2, offset);
        return suffer(*struck, SQLITE_IOERR_WRITE, through);
    }
    self(file).vfs->counters().wrote(amount);
    return through();
}

int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
    const auto through = [&] { return methods(file).xTruncate(real(file), size); };
    const auto struck = strike(self(file), FaultPlan::Call::truncate);
    return struck ? suffer(*struck, SQLITE_IOERR_TRUNCATE, through) : through();
}

int file_sync(sqlite3_file* file, int flags) {
    const auto through = [&] {
        const auto begun = std::chrono::steady_clock::now();
        const int rc = methods(file).xSync(real(file), flags);
        const auto took = std::chrono::steady_clock::now() - begun;
        self(file).vfs->counters().synced(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
        return rc;
    };
    const auto struck = strike(self(file), FaultPlan::Call::sync);
    return struck ? suffer(*struck, SQLITE_IOERR_FSYNC, through) : through();
}

int file_size(sqlite3_file* file, sqlite3_int64* size) { return methods(file).xFileSize(real(file), size); }
int file_lock(sqlite3_file* file, int level) { return methods(file).xLock(real(file), level); }
int file_unlock(sqlite3_file* file, int level) { return methods(file).xUnlock(real(file), level); }
int file_check_lock(sqlite3_file* file, int* out) { return methods(file).xCheckReservedLock(real(file), out); }
int file_control(sqlite3_file* file, int op, void* arg) { return methods(file).xFileControl(real(file), op, arg); }
int file_sector_size(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
int file_characteristics(sqlite3_file* file) { return methods(file).xDeviceCharacteristics(real(file)); }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return methods(file).xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) { return methods(file).xShmLock(real(file), offset, count, flags); }
void shm_barrier(sqlite3_file* file) { methods(file).xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return methods(file).xShmUnmap(real(file), remove); }
int file_fetch(sqlite3_file* file, sqlite3_int64 offset, int amount, void** out) {
    return methods(file).xFetch(real(file), offset, amount, out);
}
int file_unfetch(sqlite3_file* file, sqlite3_int64 offset, void* page) { return methods(file).xUnfetch(real(file), offset, page); }

constexpr sqlite3_io_methods kMethods{
    3,           file_close,      file_read,    file_write,       file_truncate,        file_sync, file_size, file_lock,
    file_unlock, file_check_lock, file_control, file_sector_size, file_characteristics, shm_map,   shm_lock,  shm_barrier,
    shm_unmap,   file_fetch,      file_unfetch};

Vfs& owner(sqlite3_vfs* shim) { return *static_cast<Vfs*>(shim->pAppData); }
sqlite3_vfs* under(sqlite3_vfs* shim) { return owner(shim).underlying(); }

int vfs_open(sqlite3_vfs* shim, const char* path, sqlite3_file* out, int flags, int* out_flags) {
    File& file = self(out);
    file.base.pMethods = nullptr;  // SQLite closes a file only when this is set
    file.vfs = &owner(shim);
    file.kind = (flags & SQLITE_OPEN_WAL) != 0       ? FaultPlan::File::wal
                : (flags & SQLITE_OPEN_MAIN_DB) != 0 ? FaultPlan::File::database
                                                     : FaultPlan::File::any;
    const int rc = under(shim)->xOpen(under(shim), path, file.real(), flags, out_flags);
    if (file.real()->pMethods != nullptr) file.base.pMethods = &kMethods;
    return rc;
}
int vfs_delete(sqlite3_vfs* shim, const char* path, int sync) { return under(shim)->xDelete(under(shim), path, sync); }
int vfs_access(sqlite3_vfs* shim, const char* path, int flags, int* out) { return under(shim)->xAccess(under(shim), path, flags, out); }
int vfs_full_path(sqlite3_vfs* shim, const char* path, int size, char* out) {
    return under(shim)->xFullPathname(under(shim), path, size, out);
}
int vfs_randomness(sqlite3_vfs* shim, int size, char* out) { return under(shim)->xRandomness(under(shim), size, out); }
int vfs_sleep(sqlite3_vfs* shim, int microseconds) { return under(shim)->xSleep(under(shim), microseconds); }
int vfs_time(sqlite3_vfs* shim, double* out) { return under(shim)->xCurrentTime(under(shim), out); }
int vfs_time64(sqlite3_vfs* shim, sqlite3_int64* out) { return under(shim)->xCurrentTimeInt64(under(shim), out); }
int vfs_last_error(sqlite3_vfs* shim, int size, char* out) { return under(shim)->xGetLastError(under(shim), size, out); }

std::atomic<int> next_name{1};
}  // namespace

void DiskCounters::synced(std::int64_t microseconds) noexcept {
    const auto n = syncs_.fetch_add(1, std::memory_order_relaxed);
    latest_us_[static_cast<std::size_t>(n) % latest_us_.size()].store(microseconds, std::memory_order_relaxed);
}

std::int64_t DiskCounters::sync_p50_us() const {
    const auto count = std::min<std::int64_t>(syncs(), static_cast<std::int64_t>(latest_us_.size()));
    if (count == 0) return 0;
    std::vector<std::int64_t> sample(latest_us_.begin(), latest_us_.begin() + count);
    std::nth_element(sample.begin(), sample.begin() + count / 2, sample.end());
    return sample[static_cast<std::size_t>(count / 2)];
}

Vfs::Vfs(FaultPlan* faults)
    : faults_{faults}, underlying_{sqlite3_vfs_find(nullptr)}, name_{fmt::format("rondo-{}", next_name.fetch_add(1))} {
    shim_.iVersion = 2;
    shim_.szOsFile = static_cast<int>(sizeof(File)) + underlying_->szOsFile;
    shim_.mxPathname = underlying_->mxPathname;
    shim_.zName = name_.c_str();
    shim_.pAppData = this;
    shim_.xOpen = vfs_open;
    shim_.xDelete = vfs_delete;
    shim_.xAccess = vfs_access;
    shim_.xFullPathname = vfs_full_path;
    shim_.xRandomness = vfs_randomness;
    shim_.xSleep = vfs_sleep;
    shim_.xCurrentTime = vfs_time;
    shim_.xGetLastError = vfs_last_error;
    shim_.xCurrentTimeInt64 = vfs_time64;
    sqlite3_vfs_register(&shim_, 0);
}

Vfs::~Vfs() { sqlite3_vfs_unregister(&shim_); }
}  // namespace rondo::store
