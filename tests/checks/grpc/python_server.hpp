// A gRPC server that is not ours: Debian's python3-grpcio, as a child process.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "checks/grpc/peer.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::fakes {

/// Two servers: one with a health service, at a port, a port with TLS and a Unix socket, and one without. Debian does
/// not package the health service of Python, so its messages are declared here with the protobuf library.
inline constexpr const char* python_program = R"(
import os, signal, sys, time
os.environ["GRPC_VERBOSITY"] = "NONE"
from concurrent import futures
import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
file = descriptor_pb2.FileDescriptorProto(name="health.proto", package="grpc.health.v1", syntax="proto3")
asked = file.message_type.add(name="HealthCheckRequest")
asked.field.add(name="service", number=1, type=9, label=1)
answered = file.message_type.add(name="HealthCheckResponse")
statuses = answered.enum_type.add(name="ServingStatus")
for number, name in enumerate(["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]):
    statuses.value.add(name=name, number=number)
answered.field.add(name="status", number=1, type=14, label=1, type_name=".grpc.health.v1.HealthCheckResponse.ServingStatus")
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
factory = message_factory.MessageFactory(pool)
Request, Response = (factory.GetPrototype(pool.FindMessageTypeByName("grpc.health.v1.HealthCheck" + name))
                     for name in ("Request", "Response"))
known = {"": 1, "app.V1": 1, "x" * 1000: 1, "down.V1": 2, "new.V1": 0}
errors = {"auth": grpc.StatusCode.UNAUTHENTICATED, "denied": grpc.StatusCode.PERMISSION_DENIED,
          "busy": grpc.StatusCode.RESOURCE_EXHAUSTED}
def check(request, context):
    metadata = dict(context.invocation_metadata())
    if request.service == "token" and metadata.get("authorization") != "Bearer good":
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "no: " + metadata.get("authorization", "nothing") + " \u00e4%\n")
    if request.service == "token":
        return Response(status=1)
    if request.service == "time":
        left = context.time_remaining()
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "in time" if 0 < left <= 10 else "left: %s" % left)
    if request.service == "agent":
        context.abort(grpc.StatusCode.ABORTED, metadata["user-agent"])
    if request.service == "raises":
        raise RuntimeError("broken")
    if request.service == "slow":
        time.sleep(2)
    if request.service in errors:
        context.abort(errors[request.service], "as asked")
    if request.service not in known:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return Response(status=known[request.service])
def server(*handlers, **options):
    out = grpc.server(futures.ThreadPoolExecutor(max_workers=4), handlers=handlers, **options)
    return out
health = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(
    check, Request.FromString, Response.SerializeToString)})
folder = sys.argv[1]
read = lambda name: open(folder + "/" + name, "rb").read()
with_health, without = server(health, compression=grpc.Compression.Gzip), server()
ports = [with_health.add_insecure_port("127.0.0.1:0"),
         with_health.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(read("key.pem"), read("cert.pem"))])),
         without.add_insecure_port("127.0.0.1:0")]
with_health.add_insecure_port("unix:" + folder + "/app.sock")
with_health.start(), without.start()
print("ports", *ports, flush=True)
signal.pause()
)";

/// The servers as a child process, which ends with the object and with the test.
class python_server {
 public:
  python_server() {
    const auto identity = make_identity({});
    write_pem(file("cert.pem"), identity);
    write_key(file("key.pem"), identity);
    program_.emplace(python(), std::vector<std::string>{"-c", python_program, folder_.path()}, "ports ");
    CAPTURE(program_->said());
    REQUIRE(program_->running());
    const auto& said = program_->said();
    REQUIRE(std::sscanf(said.c_str() + said.rfind("ports "), "ports %d %d %d", &plain, &tls, &without_health) == 3);
  }

  std::string file(const std::string& name) const { return folder_ / name; }

  int plain = 0;
  int tls = 0;
  int without_health = 0;

 private:
  temp_folder folder_;
  std::optional<server_program> program_;
};

inline bool absent() { return modules_absent("grpc, google.protobuf", "python3-grpcio"); }

}  // namespace telltale::fakes
