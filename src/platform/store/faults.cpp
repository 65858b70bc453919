#include "platform/store/faults.hpp"

#include <utility>

namespace rondo::store {
void FaultPlan::arm(Fault fault) {
    const std::scoped_lock lock{mutex_};
    faults_.push_back(std::move(fault));
}

void FaultPlan::clear() {
    const std::scoped_lock lock{mutex_};
    faults_.clear();
}

int FaultPlan::fired() const {
    const std::scoped_lock lock{mutex_};
    return fired_;
}

std::optional<FaultPlan::Strike> FaultPlan::strike(Call call, File file) {
    const std::scoped_lock lock{mutex_};
    for (Fault& fault : faults_) {
        if (fault.call != call || (fault.file != File::any && fault.file != file)) continue;
        if (fault.nth > 1) {
            --fault.nth;
        } else if (fault.times > 0) {
            if (fault.times != kForever) --fault.times;
            ++fired_;
            return Strike{fault.effect, fault.hook};
        }
    }
    return std::nullopt;
}
}  // namespace rondo::store
