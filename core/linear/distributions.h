// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lineament::linear {

// Tail probabilities of the tests of a linear model, in double precision.

// Regularised incomplete beta function I_x(a, b), a, b > 0, with the complement y = 1 - x given
// apart so that x close to 1 loses nothing. Continued fraction DLMF 8.17.22 by Lentz's method.
double incompleteBeta(double a, double b, double x, double y);

// P(|T| > |t|) for Student's t with `freedom` degrees of freedom.
double studentTwoSided(double t, double freedom);

// The t with P(|T| > t) = `tail`; tail in (0, 1).
double studentTwoSidedQuantile(double tail, double freedom);

// P(F > f) for Fisher's F with (numerator, denominator) degrees of freedom.
double fisherUpper(double f, double numerator, double denominator);

}  // namespace lineament::linear
