#pragma once

namespace rondo {
/// Marks a setting whose value is never shown: `v.field("password", c.password, Reload::restart, "...", Secret{});`
struct Secret {};
}  // namespace rondo
