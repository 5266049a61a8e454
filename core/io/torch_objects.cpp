// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/torch_objects.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kProgram{
    "torch.program", "Read {file}", "this file tries to run a program (`{name}`)", "",
    "Nothing was run. Do not load it with Python: delete it, and ask its author for safetensors"};
constexpr ErrorText kObjects{
    "torch.objects", "Read {file}",
    "this file contains Python objects (`{name}`) that are not plain tensors", "",
    "Save the model's state_dict() again, or convert it to safetensors"};
constexpr ErrorText kMalformed{"torch.malformed", "Read {file}",
                               "a tensor's description is malformed: {problem}", "",
                               "Download the file again, or ask for it as safetensors"};

constexpr std::size_t kMostTensors = 1'000'000;
constexpr std::size_t kMostDimensions = 32;
constexpr std::size_t kLongestKey = 256;

using Kind = PickleValue::Kind;

struct TypeName {
  std::string_view name;
  DType dtype;
};

constexpr TypeName kStorages[] = {
    {"FloatStorage", DType::f32},        {"DoubleStorage", DType::f64},
    {"HalfStorage", DType::f16},         {"BFloat16Storage", DType::bf16},
    {"LongStorage", DType::i64},         {"IntStorage", DType::i32},
    {"ShortStorage", DType::i16},        {"CharStorage", DType::i8},
    {"ByteStorage", DType::u8},          {"BoolStorage", DType::boolean},
    {"ComplexFloatStorage", DType::c64}, {"ComplexDoubleStorage", DType::c128},
    {"UntypedStorage", DType::u8}};

constexpr TypeName kDtypes[] = {{"float32", DType::f32},
                                {"float64", DType::f64},
                                {"float16", DType::f16},
                                {"bfloat16", DType::bf16},
                                {"int64", DType::i64},
                                {"int32", DType::i32},
                                {"int16", DType::i16},
                                {"int8", DType::i8},
                                {"uint8", DType::u8},
                                {"uint16", DType::u16},
                                {"uint32", DType::u32},
                                {"uint64", DType::u64},
                                {"bool", DType::boolean},
                                {"complex64", DType::c64},
                                {"complex128", DType::c128},
                                {"float8_e4m3fn", DType::f8_e4m3},
                                {"float8_e5m2", DType::f8_e5m2},
                                {"float8_e4m3fnuz", DType::f8_e4m3fnuz},
                                {"float8_e5m2fnuz", DType::f8_e5m2fnuz},
                                {"float8_e8m0fnu", DType::f8_e8m0}};

template <std::size_t count>
std::optional<DType> dtypeNamed(const TypeName (&list)[count], std::string_view name) {
  for (const TypeName& known : list) {
    if (known.name == name) return known.dtype;
  }
  return std::nullopt;
}

// "torch.FloatStorage", "torch.cuda.FloatStorage", "torch.storage.UntypedStorage".
std::string_view lastPart(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

bool startsWithModule(std::string_view name, std::string_view module) {
  return name.size() > module.size() && name.starts_with(module) && name[module.size()] == '.';
}

// Modules and functions through which a pickle gets at the machine or at other code.
bool runsSomething(std::string_view name) {
  constexpr std::string_view kModules[] = {
      "os",         "posix",       "nt",
      "posixpath",  "ntpath",      "sys",
      "subprocess", "shutil",      "socket",
      "importlib",  "runpy",       "webbrowser",
      "pty",        "ctypes",      "multiprocessing",
      "threading",  "asyncio",     "signal",
      "code",       "codeop",      "pdb",
      "bdb",        "cProfile",    "profile",
      "timeit",     "trace",       "pickle",
      "_pickle",    "marshal",     "types",
      "operator",   "_operator",   "functools",
      "pydoc",      "pip",         "imp",
      "requests",   "urllib",      "httplib",
      "http",       "ftplib",      "smtplib",
      "ssl",        "tempfile",    "platform",
      "commands",   "cloudpickle", "dill",
      "joblib",     "torch.hub",   "torch.utils.cpp_extension"};
  for (const std::string_view module : kModules) {
    if (startsWithModule(name, module)) return true;
  }
  if (!startsWithModule(name, "builtins")) return false;
  constexpr std::string_view kHarmless[] = {"set",       "frozenset", "dict",  "list",    "tuple",
                                            "int",       "float",     "str",   "bool",    "bytes",
                                            "bytearray", "slice",     "range", "complex", "object"};
  return std::find(std::begin(kHarmless), std::end(kHarmless), lastPart(name)) ==
         std::end(kHarmless);
}

bool unsupportedTensor(std::string_view name) {
  constexpr std::string_view kNames[] = {"torch._utils._rebuild_qtensor",
                                         "torch._utils._rebuild_sparse_tensor",
                                         "torch._utils._rebuild_sparse_csr_tensor",
                                         "torch._utils._rebuild_meta_tensor_no_storage",
                                         "torch._utils._rebuild_wrapper_subclass",
                                         "torch._tensor._rebuild_from_type_v2",
                                         "torch._utils._rebuild_device_tensor_from_numpy",
                                         "torch._utils._rebuild_nested_tensor"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

void TorchObjects::malformed(std::string_view problem) const {
  throw Error(kMalformed, {{"file", file_}, {"problem", problem}});
}

void TorchObjects::refuse(const std::string& name) const {
  throw Error(kObjects, {{"file", file_}, {"name", name}});
}

void TorchObjects::checkName(const std::string& name) {
  if (runsSomething(name)) throw Error(kProgram, {{"file", file_}, {"name", name}});
}

PickleValue& TorchObjects::argument(const PickleValue& arguments, std::size_t index,
                                    Kind kind) const {
  if (arguments.items.size() <= index || !arguments.items[index]->is(kind)) {
    malformed("an argument is missing or of another type");
  }
  return *arguments.items[index];
}

std::uint64_t TorchObjects::count(const PickleValue& arguments, std::size_t index) const {
  const std::int64_t value = argument(arguments, index, Kind::integer).integer;
  if (value < 0) malformed("a count is negative");
  return static_cast<std::uint64_t>(value);
}

std::vector<std::uint64_t> TorchObjects::countsFrom(const PickleValue& tuple) const {
  if (tuple.items.size() > kMostDimensions) malformed("it has more than 32 dimensions");
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < tuple.items.size(); ++i) counts.push_back(count(tuple, i));
  return counts;
}

void TorchObjects::persistent(const PickleValue& id, PickleValue& result) {
  if (!id.is(Kind::tuple)) malformed("a storage is not described by a tuple");
  if (argument(id, 0, Kind::text).text != "storage") malformed("it refers to no storage");
  const std::string& type = argument(id, 1, Kind::name).text;
  const auto dtype = dtypeNamed(kStorages, lastPart(type));
  if (!dtype || !startsWithModule(type, "torch")) malformed("the storage type is not known");
  TorchStorage storage;
  storage.dtype = *dtype;
  storage.key = argument(id, 2, Kind::text).text;
  if (storage.key.size() > kLongestKey) malformed("a storage's key is too long");
  storage.elements = count(id, 4);
  if (id.items.size() > 5 && id.items[5]->is(Kind::tuple)) {  // a view, in old files
    const PickleValue& view = *id.items[5];
    storage.first = count(view, 1);
    storage.elements = count(view, 2);
  }
  if (storages_.size() == kMostTensors) malformed("it has too many storages");
  result.kind = Kind::storage;
  result.integer = static_cast<std::int64_t>(storages_.size());
  storages_.push_back(std::move(storage));
}

void TorchObjects::rebuildTensor(const std::string& function, const PickleValue& arguments,
                                 PickleValue& result) {
  if (tensors_.size() == kMostTensors) malformed("it has more than 1,000,000 tensors");
  TorchTensor tensor;
  if (unsupportedTensor(function)) {
    tensor.unsupported = fmt::format("unsupported tensor kind ({})", lastPart(function));
    tensor.shape = {0};
    tensor.strides = {1};
  } else {
    tensor.storage = static_cast<std::size_t>(argument(arguments, 0, Kind::storage).integer);
    tensor.offset = count(arguments, 1);
    tensor.shape = countsFrom(argument(arguments, 2, Kind::tuple));
    tensor.strides = countsFrom(argument(arguments, 3, Kind::tuple));
    tensor.dtype = storages_[tensor.storage].dtype;
    if (tensor.shape.size() != tensor.strides.size()) malformed("size and stride differ in rank");
    if (lastPart(function) == "_rebuild_tensor_v3") {
      const std::string& type = argument(arguments, 6, Kind::name).text;
      const auto dtype = dtypeNamed(kDtypes, lastPart(type));
      if (!dtype) malformed(fmt::format("the type '{}' is not known", type));
      tensor.dtype = *dtype;
    }
  }
  result.kind = Kind::tensor;
  result.integer = static_cast<std::int64_t>(tensors_.size());
  tensors_.push_back(std::move(tensor));
}

void TorchObjects::fillDictionary(const PickleValue& arguments, PickleValue& result) const {
  result.kind = Kind::dictionary;
  if (arguments.items.empty()) return;
  if (arguments.items[0]->is(Kind::dictionary)) {
    result.items = arguments.items[0]->items;
    return;
  }
  for (const PickleValue* pair : argument(arguments, 0, Kind::list).items) {
    if (pair->items.size() != 2) malformed("a dictionary's entry is not a pair");
    result.items.insert(result.items.end(), pair->items.begin(), pair->items.end());
  }
}

PickleValue* TorchObjects::reduce(const PickleValue& called, const PickleValue& arguments,
                                  PickleValue* fresh) {
  const std::string& name = called.text;
  if (unsupportedTensor(name) || name == "torch._utils._rebuild_tensor" ||
      name == "torch._utils._rebuild_tensor_v2" || name == "torch._utils._rebuild_tensor_v3") {
    rebuildTensor(name, arguments, *fresh);
    return fresh;
  }
  if (name == "torch._utils._rebuild_parameter" ||
      name == "torch._utils._rebuild_parameter_with_state") {
    return &argument(arguments, 0, Kind::tensor);
  }
  if (startsWithModule(name, "__torch__")) {
    fresh->kind = Kind::record;
    fresh->of = &called;
    return fresh;
  }
  if (name == "collections.OrderedDict" || name == "collections.Counter") {
    fillDictionary(arguments, *fresh);
    return fresh;
  }
  if (name == "torch.Size" || name == "builtins.set" ||
      startsWithModule(name, "torch.jit._pickle")) {  // typed lists of TorchScript
    return arguments.items.empty() ? fresh : arguments.items[0];
  }
  if (name == "torch.device" || name == "_codecs.encode") {
    return &argument(arguments, 0, Kind::text);
  }
  refuse(name);
}

}  // namespace lineament::io
