// Compresses bodies with zlib.
#include "routes/gzip.hpp"

#include <zlib.h>

#include <stdexcept>

namespace telltale {

std::string gzip(std::string_view body) {
  constexpr int gzip_format = 15 + 16;  // the largest window, with gzip's header and trailer (zlib.h, deflateInit2)
  constexpr int memory_level = 8;       // zlib's default
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_format, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("compressing failed: no memory");
  std::string out(::deflateBound(&stream, body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  out.shrink_to_fit();  // the buffer is ten times larger than usual results, which are cached
  ::deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("compressing failed");
  return out;
}

}  // namespace telltale
