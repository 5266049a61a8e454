#include "core/text/tokenizer.h"
#include <stdexcept>
namespace lineament::text {
std::vector<Token> Tokenizer::encodePair(std::string_view, std::string_view) const { throw std::runtime_error("no"); }
std::unique_ptr<Tokenizer> makeTokenizer(const TokenizerFiles&) { throw std::runtime_error("no"); }
}
