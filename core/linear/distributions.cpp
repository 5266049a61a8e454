// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace lineament::linear {

namespace {

// std::lgamma writes a global sign; this one may be called from several threads.
double logGamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

// ln Gamma(x) - [(x - 1/2) ln x - x + ln(2 pi) / 2] for x >= 10 (Stirling's series, DLMF 5.11.1).
double stirlingRest(double x) {
  const double s = 1 / (x * x);
  return (1.0 / 12 -
          s * (1.0 / 360 -
               s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * 691.0 / 360360))))) /
         x;
}

// ln B(a, b) without the cancellation of ln Gamma(q) - ln Gamma(p + q) at large arguments.
double logBeta(double a, double b) {
  const double p = std::min(a, b), q = std::max(a, b), sum = p + q;
  if (q < 10) return logGamma(p) + logGamma(q) - logGamma(sum);
  const double shrink = std::log1p(-p / sum);
  if (p < 10) {
    return logGamma(p) + stirlingRest(q) - stirlingRest(sum) + p - p * std::log(sum) +
           (q - 0.5) * shrink;
  }
  return stirlingRest(p) + stirlingRest(q) - stirlingRest(sum) - 0.5 * std::log(q) +
         0.5 * std::log(2 * std::numbers::pi) + (p - 0.5) * std::log(p / sum) + q * shrink;
}

double awayFromZero(double value) {
  constexpr double kTiny = 1e-300;
  return std::abs(value) < kTiny ? kTiny : value;
}

// The continued fraction; converges within about sqrt(max(a, b)) steps for x < (a+1)/(a+b+2).
double betaFraction(double a, double b, double x) {
  double c = 1, d = 1 / awayFromZero(1 - (a + b) * x / (a + 1)), value = d;
  for (int m = 1; m < 100000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    value *= d * c;
    if (std::abs(d * c - 1) < std::numeric_limits<double>::epsilon()) break;
  }
  return value;
}

}  // namespace

double incompleteBeta(double a, double b, double x, double y) {
  if (std::isnan(x) || std::isnan(y)) return std::numeric_limits<double>::quiet_NaN();
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  // ln x from the smaller of the two, which is the exact one.
  const double log_x = x < y ? std::log(x) : std::log1p(-y);
  const double log_y = y < x ? std::log(y) : std::log1p(-x);
  const double front = std::exp(a * log_x + b * log_y - logBeta(a, b));
  if (x < (a + 1) / (a + b + 2)) return front * betaFraction(a, b, x) / a;
  return 1 - front * betaFraction(b, a, y) / b;
}

double studentTwoSided(double t, double freedom) {
  if (std::isinf(t)) return 0;
  const double square = t * t, sum = freedom + square;
  return incompleteBeta(freedom / 2, 0.5, freedom / sum, square / sum);
}

double studentTwoSidedQuantile(double tail, double freedom) {
  double low = 0, high = 1;
  while (studentTwoSided(high, freedom) > tail && high < 1e300) high *= 2;
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    (studentTwoSided(middle, freedom) > tail ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

double fisherUpper(double f, double numerator, double denominator) {
  if (std::isinf(f)) return 0;
  const double scaled = numerator * f, sum = denominator + scaled;
  return incompleteBeta(denominator / 2, numerator / 2, denominator / sum, scaled / sum);
}

}  // namespace lineament::linear
