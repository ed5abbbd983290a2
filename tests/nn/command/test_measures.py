"""How good predictions are, in words."""

from nn.command.measures import describe_numbers


def test_errors_of_prices_are_written_out_and_small_ones_are_not_lost():
    actual = [13_638.0, 169_832.0]
    said = describe_numbers([13_000.0, 170_000.0], actual)
    assert said == "RMSE 466.5, MAE 403, R2 1.000 (always 91740: RMSE 78100)"
    said = describe_numbers([x * 1e-9 for x in (1.0, 2.0)], [1e-9, 4e-9])
    assert said.startswith("RMSE 1.414e-09, MAE 1e-09, ")
