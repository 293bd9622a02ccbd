// Compares measurements with limits: the rules of the disk check that need no I/O.
#pragma once

#include <string>
#include <string_view>

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

#include "disk/directory_size.hpp"
#include "disk/path_state.hpp"
#include "disk/rule.hpp"
#include "disk/usage.hpp"

namespace telltale::disk {

/// Applies hysteresis: a level ends only 2 points below its limit, so that a value near the limit does not make the
/// check flap. `before` is the previous result.
verdict judge_share(double ratio, const upper_limit<percent>&, verdict before);

/// The same for a minimum number of bytes; a level ends a tenth above its limit.
verdict judge_free(double available, const lower_limit<bytes>&, verdict before);

/// Judges space, inodes and absolute limits of one file system. Stores the level of each rule.
void judge_usage(const usage&, const rule_context&);

/// Judges the size of a directory against `size_limit`; an incomplete count never passes. Returns text for a healthy
/// message: "holds 5.0 GiB, 50% of its 10GiB".
std::string judge_directory(const directory_size&, const rule_context&);

/// Reports errors that ext4 counts while it continues to work (errors=continue).
void judge_recorded_errors(const path_state&, const rule_context&);

/// "/data 42.1% used, 11.2 GiB available", followed by the access, e.g. ", read-only".
std::string healthy_sentence(const usage&, std::string_view access, const std::string& subject);

/// Adds the measurements of `usage`, except for values that the file system does not count.
void measure_usage(const usage&, findings&);

}  // namespace telltale::disk
