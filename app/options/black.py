"""Black's formula in its bare form, and the total volatility that gives a price.

Black (1976) prices an option on a forward F. Divided by its discount factor and by √(F·K), the
out-of-the-money price depends on two numbers only, as in Jäckel, "Let's Be Rational" (2015):

    m = |ln(F/K)|        how far from the money
    s = σ·√T             total volatility
    b(m, s) = e^(−m/2)·N(−h + t) − e^(m/2)·N(−h − t),  with h = m/s and t = s/2

Put-call parity takes every option there: what is in the money is its intrinsic value and the same b.
Both terms share the factor exp(−(h² + t²)/2), so that with a₁ = (h − t)/√2 and a₂ = (h + t)/√2

    b = exp(−(h² + t²)/2) / 2 · (erfcx(a₁) − erfcx(a₂))

and ln b is known even where b itself is too small for a float.

Decided: s is found by Householder's method of third order on ln b, which rises with s and is
concave. It starts from the normal (Bachelier) model, whose volatility has a closed form, so close that
one step gives all digits of nearly every listed option. All are solved at once; only the few that
moved farther than that proves go on alone, with steps that cannot leave a bracket.
"""

import numpy as np

from app.market.models import Floats
from app.options.normal import INVERSE_SQRT_2PI, SQRT_HALF, SQRT_HALF_PI, erfcx, polynomial

_SETTLED = 3e-4
"""A step shorter than this part of s leaves an error of about its fourth power."""
_STEPS_ALONE = 64
_SMALLEST = 1e-300
_FARTHEST = 39.0
"""In standard deviations; a price farther from the money is below the smallest float."""
_WIDEST = 100.0
"""Of s; a float cannot tell prices of wider ones from the highest possible."""

_BACHELIER_ABOVE = (
    0.4000313032673128,
    10.458093340114237,
    10.18369804251147,
    43.50500003392112,
    109.4550417828117,
)
_BACHELIER_BELOW = (
    1.0,
    23.705502735898857,
    -14.527800372636529,
    129.87049081403356,
    33.95393082142106,
)


def normalised_price(m: Floats, s: Floats) -> Floats:
    """b(m, s); zero where s is."""
    s = np.maximum(s, _SMALLEST)
    h, t = m / s, 0.5 * s
    b = np.exp(-0.5 * (h * h + t * t))
    b *= 0.5 * _erfcx_difference(h, t)
    b *= s > _SMALLEST
    return b


def normalised_vega(m: Floats, s: Floats) -> Floats:
    """∂b/∂s."""
    h = m / s
    return INVERSE_SQRT_2PI * np.exp(-0.5 * (h * h + 0.25 * s * s))


def total_volatility(m: Floats, b: Floats) -> Floats:
    """The s with b(m, s) = b; NaN unless 0 < b < e^(−m/2), or where no float can tell."""
    log_b = np.log(b)
    s = _first_guess(m, b)
    newton, step = _householder(m, s, log_b)
    is_settled = np.maximum(np.abs(newton), np.abs(step)) < _SETTLED * s
    s += step
    rest = np.flatnonzero(~is_settled)
    if len(rest):
        s[rest] = _bracketed(m[rest], s[rest], log_b[rest])
    return s


def _first_guess(m: Floats, b: Floats) -> Floats:
    """The Bachelier model's volatility turned into Black's: within 1e-4 of s for listed options.

    With d = |F − K| and c the price, both over √(F·K), Choi, Kim and Kwak, "Numerical approximation
    of the implied volatility under arithmetic Brownian motion" (2009), write that volatility as
    √(π/2)·(2c + d)·f(η), η = 2v/ln(1 + d/c), v = d/(2c + d). Here f is √η times a rational function
    fitted by weighted least squares to 1.7e-5. Hagan, Kumar, Lesniewski and Woodward, "Managing smile
    risk" (2002), appendix B, relate the two models; with y = m/d times the former,

        y = s / (1 + (1 − m²/120)·s²/24 + s⁴/5760)

    which is turned round as a series up to y⁴.
    """
    m = np.maximum(m, _SMALLEST)
    d = np.exp(0.5 * m)
    d -= 1.0 / d
    np.maximum(d, m, out=d)
    above = np.maximum(d / b, 1e-8)
    eta = 2.0 * above
    eta /= (2.0 + above) * np.log(1.0 + above)
    y = np.sqrt(eta)
    y *= polynomial(_BACHELIER_ABOVE, eta)
    y /= polynomial(_BACHELIER_BELOW, eta)
    y *= SQRT_HALF_PI * (2.0 * b + d)
    y *= m / d
    square = y * y
    bend = 21.0 / 5760.0 * square
    bend += 1.0 / 24.0
    bend -= 1.0 / 2880.0 * m * m
    bend *= square
    bend += 1.0
    y *= bend
    return y


def _erfcx_difference(h: Floats, t: Floats) -> Floats:
    """erfcx(a₁) − erfcx(a₂); a₁ < 0 is reflected: erfcx(−a) = 2·exp(a²) − erfcx(a)."""
    lower = SQRT_HALF * (h - t)
    upper = SQRT_HALF * (h + t)
    reflected = lower < 0.0
    difference = np.copysign(erfcx(np.abs(lower)), lower)
    difference -= erfcx(upper)
    np.minimum(lower, 0.0, out=lower)
    lower *= lower
    difference += 2.0 * reflected * np.exp(lower)
    return difference


def _householder(m: Floats, s: Floats, log_b: Floats) -> tuple[Floats, Floats]:
    """Newton's step towards ln b(m, s) = log_b, and that of third order.

    With n = b′/b, q = b″/b′ = h²/s − s/4 and ν Newton's step, the derivatives of ln b after the
    first are, as parts of it, q − n and q² − 3h²/s² − 1/4 − 3nq + 2n².
    """
    h, t = m / s, 0.5 * s
    difference = _erfcx_difference(h, t)
    n = 2.0 * INVERSE_SQRT_2PI / difference
    h *= h
    newton = log_b + 0.5 * (h + t * t)
    newton -= np.log(0.5 * difference)
    newton /= n
    q = h / s
    q -= 0.5 * t
    second = q - n
    h /= s
    h /= s
    third = q * (q - 3.0 * n)
    third += 2.0 * n * n
    third -= 3.0 * h
    third -= 0.25
    above = 1.0 + 0.5 * second * newton
    third *= newton
    third *= 1.0 / 6.0
    third += second
    third *= newton
    third += 1.0
    above *= newton
    above /= third
    return newton, above


def _bracketed(m: Floats, s: Floats, log_b: Floats) -> Floats:
    """The same steps between bounds that close in; where the step leaves them, or is far from Newton's,
    their geometric middle is taken.

    b ≤ s/√(2π), its value at the money, gives the lower bound. NaN where nothing settles.
    """
    low = np.maximum(m / _FARTHEST, np.exp(log_b) / INVERSE_SQRT_2PI)
    high = np.full_like(m, _WIDEST)
    s = np.where((s > low) & (s < high), s, np.sqrt(low * high))
    found = np.full_like(m, np.nan)
    rest = np.flatnonzero(log_b < -0.5 * m)
    for _ in range(_STEPS_ALONE):
        at = s[rest]
        newton, step = _householder(m[rest], at, log_b[rest])
        is_settled = np.maximum(np.abs(newton), np.abs(step)) < _SETTLED * at
        found[rest[is_settled]] = (at + step)[is_settled]
        low[rest] = np.where(newton > 0.0, at, low[rest])
        high[rest] = np.where(newton > 0.0, high[rest], at)
        following = at + step
        is_trusted = np.abs(step - newton) <= 0.5 * np.abs(newton)
        is_trusted &= (following > low[rest]) & (following < high[rest])
        s[rest] = np.where(is_trusted, following, np.sqrt(low[rest] * high[rest]))
        rest = rest[~is_settled]
        if not len(rest):
            break
    return found
