// Encodes and decodes the values that messages contain.
#pragma once

#include <cstddef>

#include <telltale/async_check.hpp>
#include <telltale/check.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>
#include <telltale/raw_value.hpp>

#include "worker/bytes_io.hpp"

namespace telltale::wire {

void put(byte_writer&, const raw_value&);
raw_value get_raw_value(byte_reader&, std::size_t depth_left);

void put(byte_writer&, const memory&);
memory get_memory(byte_reader&);

void put(byte_writer&, const outcome&);
outcome get_outcome(byte_reader&);

void put(byte_writer&, const resolution&);
resolution get_resolution(byte_reader&);

}  // namespace telltale::wire
