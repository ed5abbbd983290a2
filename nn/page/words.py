"""The texts of a page, in English and in Korean.

Owns every word that a page shows of itself. The terms come from the glossary; `{name}` is filled
in by static/words.js. Captions say what to look at.
"""

from typing import NamedTuple

from autograd.view import term


class Text(NamedTuple):
    """A text in both languages."""

    english: str
    korean: str


def _term(english: str) -> Text:
    """A term as a heading: in English with a capital letter."""
    return Text(term(english).capitalize(), term(english, "ko"))


TEXTS = {
    # the head of the page
    "title": Text("How a neural network learned", "신경망이 학습한 과정"),
    "hero_classes": Text(
        "A neural network learned from {samples} samples to tell {classes} classes apart.",
        "신경망이 샘플 {samples}개로 클래스 {classes}개를 구별하도록 학습했습니다.",
    ),
    "hero_numbers": Text(
        "A neural network learned from {samples} samples to predict a number.",
        "신경망이 샘플 {samples}개로 수를 예측하도록 학습했습니다.",
    ),
    "hero_target": Text(
        "A neural network learned from {samples} samples to predict {target}.",
        "신경망이 샘플 {samples}개로 {target} 값을 예측하도록 학습했습니다.",
    ),
    "hero_invite": Text(
        "Move the slider: every picture shows the network as it was at that epoch, that is, "
        "after it had seen all the training samples that many times.",
        "슬라이더를 움직여 보세요. 모든 그림이 그 에포크의 신경망을 보여 줍니다. "
        "에포크는 학습 샘플 전체를 본 횟수입니다.",
    ),
    "language": Text("Language", "언어"),
    "fact_network": Text("Network", "구조"),
    "fact_parameters": Text("Weights and biases", "가중치와 바이어스"),
    "fact_activation": _term("activation function"),
    "fact_loss": _term("loss function"),
    "fact_update": _term("weight update"),
    "fact_lr": Text("Learning rate α", term("learning rate", "ko") + " α"),
    "fact_batch": _term("mini-batch"),
    "samples": Text("{n} samples", "샘플 {n}개"),
    "all_samples": Text("all samples", "모든 샘플"),
    "fact_training": Text("Training samples", "학습 샘플"),
    "fact_test": Text("Test samples", "테스트 샘플"),
    "fact_validation": Text("Validation samples", "검증 샘플"),
    "fact_features": Text("Features", term("feature", "ko")),
    "fact_target": Text("Target", "예측할 값"),
    "fact_epochs": Text("Epochs", "에포크"),
    "final_right_test": Text("of the test samples are right", "테스트 샘플 정확도"),
    "final_right_validation": Text("of the validation samples are right", "검증 샘플 정확도"),
    "final_right_training": Text("of the training samples are right", "학습 샘플 정확도"),
    "final_error_test": Text("RMSE of the test samples", "테스트 샘플의 RMSE"),
    "final_error_validation": Text("RMSE of the validation samples", "검증 샘플의 RMSE"),
    "final_error_training": Text("RMSE of the training samples", "학습 샘플의 RMSE"),
    "final_units": Text("in units of {target}", "{target}의 단위"),
    "final_count": Text("{right} of {total}", "{total}개 중 {right}개"),
    "final_weights": Text(
        "weights after epoch {epoch}", "{epoch} 에포크가 끝난 뒤의 " + term("weight", "ko")
    ),
    "final_loss": Text("training loss during epoch {epoch}", "{epoch} 에포크 도중의 학습 손실"),
    "final_val_loss": Text(
        "validation loss after epoch {epoch}", "{epoch} 에포크가 끝난 뒤의 검증 손실"
    ),
    "final_scaled": Text("of the standardised {target}", "표준화한 {target} 값의 손실"),
    "not_fallen": Text(
        "The network has not learned: over the training samples the loss was {before} before the "
        "training and is {after} now. A smaller learning rate may help.",
        "신경망이 배우지 못했습니다. 학습 샘플의 손실이 학습 전에는 {before}, 지금은 "
        "{after}입니다. 학습률을 줄여 보세요.",
    ),
    "stopped_interrupted": Text(
        "The training was interrupted after epoch {epochs}.",
        "학습이 {epochs} 에포크에서 중단되었습니다.",
    ),
    "stopped_early stopping": Text(
        "The training stopped early, after epoch {epochs}: the network no longer got better. "
        "It keeps the weights of epoch {best}.",
        "더 나아지지 않아 {epochs} 에포크에서 학습을 일찍 마쳤습니다. "
        "{best} 에포크의 가중치를 남겼습니다.",
    ),
    "stopped_callback": Text(
        "A callback ended the training after epoch {epochs}.",
        "콜백 함수가 {epochs} 에포크에서 학습을 마쳤습니다.",
    ),
    # the player
    "player": Text("Epoch", "에포크"),
    "play": Text("Play", "재생"),
    "pause": Text("Pause", "멈춤"),
    "epoch_of": Text("{epoch} / {total}", "{epoch} / {total}"),
    "epoch_zero": Text("before the training", "학습 전"),
    "epoch_kept": Text("the final network", "최종 신경망"),
    "epochs_thinned": Text(
        "{shown} of {total} epochs are in this page.",
        "에포크 {total}개 중 {shown}개가 이 페이지에 있습니다.",
    ),
    "said": Text("Epoch {epoch}. {measures}", "에포크 {epoch}. {measures}"),
    "running_loss": Text(
        "Training loss: measured during the epoch, while the weights change.",
        "학습 손실은 에포크 도중, 가중치가 바뀌는 동안 잰 값입니다.",
    ),
    "running_both": Text(
        "Training loss and accuracy: measured during the epoch, while the weights change.",
        "학습 손실과 학습 정확도는 에포크 도중, 가중치가 바뀌는 동안 잰 값입니다.",
    ),
    "running_others": Text(
        "The others: after the epoch.", "나머지는 에포크가 끝난 뒤에 잰 값입니다."
    ),
    "loss": Text("Training loss", "학습 손실"),
    "val_loss": Text("Validation loss", "검증 손실"),
    "accuracy": Text("Training accuracy", "학습 정확도"),
    "val_accuracy": Text("Validation accuracy", "검증 정확도"),
    "lr": _term("learning rate"),
    "rmse_training": Text("Training RMSE", "학습 RMSE"),
    "rmse_test": Text("Test RMSE", "테스트 RMSE"),
    "rmse_validation": Text("Validation RMSE", "검증 RMSE"),
    "right_test": Text("Test accuracy", "테스트 정확도"),
    # the network
    "network": Text("The network", "신경망"),
    "network_caption": Text(
        "Each line is a weight: the thicker, the larger. Choose a neuron to see its numbers.",
        "선 하나가 가중치 하나이며, 굵을수록 큽니다. 뉴런을 고르면 그 값이 보입니다.",
    ),
    "network_maps": Text(
        "Inside each neuron: what it answers, over the whole plane.",
        "뉴런 안의 그림은 평면 전체에서 그 뉴런이 내는 출력입니다.",
    ),
    "network_lines": Text(
        "Inside each neuron: what it answers to each value of the feature.",
        "뉴런 안의 그림은 특징의 값에 따라 그 뉴런이 내는 출력입니다.",
    ),
    "network_images": Text(
        "Inside each neuron that looks at the image: its weights as an 8×8 image.",
        "이미지를 입력으로 받는 뉴런 안의 그림은 그 뉴런의 가중치를 8×8 이미지로 놓은 것입니다.",
    ),
    "network_keys": Text(
        "Arrow keys go from neuron to neuron.",
        "화살표 키로 뉴런 사이를 옮겨 다닙니다.",
    ),
    "positive": Text("positive weight", "양의 가중치"),
    "negative": Text("negative weight", "음의 가중치"),
    "input_layer": _term("input layer"),
    "hidden_layer": _term("hidden layer"),
    "hidden_layer_n": Text("Hidden layer {n}", term("hidden layer", "ko") + " {n}"),
    "output_layer": _term("output layer"),
    "folded": Text("{n} more", "{n}개 더"),
    "neuron_n": Text("neuron {n}", term("neuron", "ko") + " {n}"),
    "input_n": Text("input {name}", term("input", "ko") + " {name}"),
    "output_n": Text("output {name}", term("output", "ko") + " {name}"),
    "weights": Text("Weights", term("weight", "ko")),
    "bias": _term("bias"),
    "activation": _term("activation function"),
    "softmax_across": Text("softmax across the layer", "층 전체에 softmax"),
    "largest_shown": Text(
        "The {shown} largest of {total} weights.",
        "가중치 {total}개 중 큰 것 {shown}개입니다.",
    ),
    "inputs_none": Text(
        "An input: it passes a feature on as it is.",
        "입력은 특징을 그대로 전달합니다.",
    ),
    "scaled": Text(
        "The network sees ({name} − {mean}) / {deviation}.",
        "신경망은 ({name} − {mean}) / {deviation} 값을 봅니다.",
    ),
    # the main picture
    "plane": Text("The decision boundary", "결정 경계"),
    "plane_caption": Text(
        "The colour and the small signs of a place say which class the network chooses there; "
        "the stronger the colour, the surer. At the line it changes its mind.",
        "각 자리의 색과 작은 기호는 신경망이 그곳에서 고르는 클래스입니다. 색이 진할수록 "
        "확신이 크고, 선에서 답이 바뀝니다.",
    ),
    "curve": Text("The fitted curve", "학습한 곡선"),
    "curve_caption": Text(
        "The line is what the network predicts; the points are the samples.",
        "선은 신경망의 예측값이고, 점은 샘플입니다.",
    ),
    "answers": Text("Predicted against actual", "예측값과 실제값"),
    "answers_caption": Text(
        "Each point is a sample. The closer to the diagonal, the better the prediction.",
        "점 하나가 샘플 하나입니다. 대각선에 가까울수록 잘 예측한 것입니다.",
    ),
    "scores": Text("How sure the network is", "신경망의 확신"),
    "scores_caption_probability": Text(
        "Each sign is a sample, in the row of its actual class: the further right, the more "
        "probable the network finds that class. A cross is a wrong answer.",
        "기호 하나가 샘플 하나이며, 실제 클래스의 줄에 있습니다. 오른쪽일수록 신경망이 그 "
        "클래스의 확률을 높게 봅니다. ×는 틀린 답입니다.",
    ),
    "scores_caption_margin": Text(
        "Each sign is a sample, in the row of its actual class: right of the line its class "
        "wins. A cross is a wrong answer.",
        "기호 하나가 샘플 하나이며, 실제 클래스의 줄에 있습니다. 선의 오른쪽이면 그 "
        "클래스를 고른 것입니다. ×는 틀린 답입니다.",
    ),
    "probability": Text("probability of the actual class", "실제 클래스의 확률"),
    "margin": Text("lead of the actual class", "실제 클래스가 앞선 정도"),
    "predicted": _term("prediction"),
    "actual": _term("actual value"),
    "training": Text("training", "학습"),
    "test": Text("test", "테스트"),
    "validation": Text("validation", "검증"),
    "prediction_line": Text("prediction", term("prediction", "ko")),
    "shown_of": Text("{shown} of {total} shown", "{total}개 중 {shown}개 표시"),
    "counted_of": Text("{shown} of {total} counted", "{total}개 중 {shown}개를 셈"),
    "wrong": Text("wrong", "틀림"),
    # the neuron maps
    "neurons": Text("What each neuron responds to", "각 뉴런이 반응하는 입력"),
    "neurons_plane": Text(
        "The output of the neuron in each place of the plane: blue and + where it is positive, "
        "vermillion and − where it is negative, blank where it is 0. Along the line its weighted "
        "sum is 0.",
        "평면의 각 자리에서 뉴런이 내는 출력입니다. 파란색과 +는 양수, 주홍색과 −는 음수이고, "
        "0이면 비어 있습니다. 선 위에서는 가중합이 0입니다.",
    ),
    "neurons_line": Text(
        "The output of each neuron for each value of the feature.",
        "특징의 값에 따라 각 뉴런이 내는 출력입니다.",
    ),
    "neurons_image": Text(
        "The 64 weights of a neuron, laid out as the 8×8 image that it looks at: where the image "
        "is bright in the positive places and dark in the hatched negative ones, the neuron "
        "responds.",
        "뉴런의 가중치 64개를 8×8 이미지 모양으로 놓았습니다. 이미지가 양수인 자리에서 밝고 "
        "빗금 친 음수 자리에서 어두우면 뉴런이 반응합니다.",
    ),
    "neurons_bars": Text(
        "The weights of each neuron as bars: to the right positive, to the left negative.",
        "각 뉴런의 가중치를 막대로 그렸습니다. 오른쪽은 양수, 왼쪽은 음수입니다.",
    ),
    "neurons_scale": Text(
        "All neurons of a layer are drawn on one scale.",
        "같은 층의 뉴런은 모두 같은 척도로 그렸습니다.",
    ),
    "neurons_scale_weights": Text(
        "All weights of a layer are drawn on one scale, that of the largest in all epochs.",
        "같은 층의 가중치는 모두 같은 척도로 그렸습니다. 기준은 모든 에포크에서 가장 큰 "
        "가중치입니다.",
    ),
    "neurons_far": Text(
        "Where a weighted sum lies beyond ±20, the activation function is continued as a "
        "straight line.",
        "가중합이 ±20을 넘는 곳에서는 활성화 함수를 직선으로 이어 그렸습니다.",
    ),
    # the curves
    "curves": Text("The course of the training", "학습 곡선"),
    "curves_caption": Text(
        "The loss should fall. When the validation loss rises again, the network has begun to "
        "learn the training samples by heart: overfitting.",
        "손실은 줄어들어야 합니다. 검증 손실이 다시 늘어나면 학습 샘플을 외우기 시작한 것으로, "
        "과적합이라고 합니다.",
    ),
    "curves_caption_plain": Text(
        "The loss should fall, the accuracy rise.",
        "손실은 줄고 정확도는 늘어야 합니다.",
    ),
    "curves_caption_loss": Text(
        "The loss says how far the predictions are from the actual values. It should fall.",
        "손실은 예측값이 실제값에서 얼마나 먼지를 나타내며, 줄어들어야 합니다.",
    ),
    "curves_running": Text(
        "Over the training samples they are measured while the weights change, mini-batch by "
        "mini-batch, over the validation samples after the epoch.",
        "학습 샘플의 값은 미니배치마다 가중치가 바뀌는 동안 잰 것이고, 검증 샘플의 값은 에포크가 "
        "끝난 뒤에 잰 것입니다.",
    ),
    "curves_running_plain": Text(
        "They are measured while the weights change, mini-batch by mini-batch.",
        "미니배치마다 가중치가 바뀌는 동안 잰 값입니다.",
    ),
    "now": Text("shown epoch", "보고 있는 에포크"),
    "logarithmic": Text("log scale", "로그 눈금"),
    "best": Text("best epoch", "가장 좋은 에포크"),
    "points_of": Text(
        "{shown} of {total} epochs drawn.",
        "에포크 {total}개 중 {shown}개를 그렸습니다.",
    ),
    # the confusion matrix
    "confusion": Text("Which classes it confuses", "혼동 행렬"),
    "confusion_caption": Text(
        "Row: the actual class. Column: what the network says. Framed cells are right answers.",
        "행은 실제 클래스, 열은 신경망의 답입니다. 테두리가 있는 칸이 맞힌 것입니다.",
    ),
    "confusion_sum_test": Text(
        "{right} of {total} test samples right ({percent})",
        "테스트 샘플 {total}개 중 {right}개 정답 ({percent})",
    ),
    "confusion_sum_validation": Text(
        "{right} of {total} validation samples right ({percent})",
        "검증 샘플 {total}개 중 {right}개 정답 ({percent})",
    ),
    "confusion_sum_training": Text(
        "{right} of {total} training samples right ({percent})",
        "학습 샘플 {total}개 중 {right}개 정답 ({percent})",
    ),
    "confusion_running": Text(
        "Counted after the epoch, with the weights it ended with; the training accuracy above "
        "({accuracy}) was measured during the epoch, while they changed.",
        "에포크가 끝난 뒤의 가중치로 센 것입니다. 위의 학습 정확도({accuracy})는 에포크 도중, "
        "가중치가 바뀌는 동안 잰 값입니다.",
    ),
    "confusion_axis": Text("actual ↓ · predicted →", "실제 ↓ · 예측 →"),
    "confusion_large": Text(
        "{classes} classes are too many for a table.",
        "클래스가 {classes}개라 표로 보이기에 너무 많습니다.",
    ),
    # what cannot be shown, and the foot of the page
    "missing_model": Text(
        "This model computes in a way of its own, so its network and its neurons cannot be drawn "
        "here; the curves and its predictions can.",
        "이 모델은 자신만의 방식으로 계산하므로 신경망과 뉴런을 그릴 수 없습니다. 곡선과 "
        "예측값은 볼 수 있습니다.",
    ),
    "missing_snapshots": Text(
        "This history holds no weights, so only the curves can be drawn.",
        "이 기록에는 가중치가 없어 곡선만 그릴 수 있습니다.",
    ),
    "rounded": Text(
        "Weights are rounded to 7 digits in this page. Accuracy and the samples counted come "
        "from the model itself. The page needs no network connection.",
        "이 페이지의 가중치는 7자리로 반올림한 값입니다. 정확도와 샘플 수는 모델 자체로 "
        "계산했습니다. 인터넷 연결이 필요 없습니다.",
    ),
    "made_with": Text("Made with glassgrad {version}", "만든 도구: glassgrad {version}"),
    "no_script": Text(
        "This page draws with JavaScript, which is switched off here.",
        "이 페이지는 자바스크립트로 그림을 그리는데, 지금 꺼져 있습니다.",
    ),
}


def words() -> dict[str, dict[str, str]]:
    """Return the texts as a page carries them: language -> key -> text."""
    return {
        "en": {key: text.english for key, text in TEXTS.items()},
        "ko": {key: text.korean for key, text in TEXTS.items()},
    }
