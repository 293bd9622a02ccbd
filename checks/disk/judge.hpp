// Numbers against limits: every rule of the disk check that needs no I/O.
#pragma once

#include <string>
#include <string_view>

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

#include "disk/directory_size.hpp"
#include "disk/rule.hpp"
#include "disk/sight.hpp"
#include "disk/usage.hpp"

namespace telltale::disk {

/// A level once reached is left only 2 points below its bound, so that a value that wavers around a limit does not
/// make the check flap. `before` is what this function said last time.
verdict judge_share(double ratio, const upper_limit<percent>&, verdict before);

/// The same for a least number of bytes; a level is left a tenth above its bound.
verdict judge_free(double available, const lower_limit<bytes>&, verdict before);

/// Space, inodes and absolute limits of one file system. Remembers the level of each rule.
void judge_usage(const usage&, const rule_context&);

/// What a directory holds against `size_limit`; a count that did not reach the end is never called healthy. The words
/// for a healthy sentence: "holds 5.0 GiB, 50% of its 10GiB".
std::string judge_directory(const directory_size&, const rule_context&);

/// Errors that ext4 counts while it goes on (errors=continue).
void judge_recorded_errors(const sight&, const rule_context&);

/// "/data 42.1% used, 11.2 GiB available" and how it can be accessed, e.g. ", read-only".
std::string healthy_sentence(const usage&, std::string_view access, const std::string& subject);

/// The measurements of `usage`; what the file system does not count is left out.
void measure_usage(const usage&, findings&);

}  // namespace telltale::disk
