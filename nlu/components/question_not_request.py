"""A Rasa component that lets a service start only where the sentence asks us to do something.

“养老金怎么认证” and “居住证该签了” share their words with “我要认证”, but ask or tell. They are answered, and the
service is offered in the same breath, one yes away (decision 3; the catalogue: having a service does not mean
starting it). A request says so: “帮我…”, “我要办…”, “查一下…”, or asks how one's own case stands, which no policy
answers. Openings of a service, said whole, start it as well (`command_words.py`).
"""

from __future__ import annotations

import re
from typing import Any

from nlu.rules import GENERAL_INTENTS

_DO = (
    r"(办|认|交|缴|查|约|取|提|领|申|改|换|补|续|签|登记|报|反映|投诉|举报|催|弄|搞|整|做|看|问|记|说|排|挂|占|预|授权|委托|转|投|搬|过户|退"
    r"|刷|照|递|打听|瞧|建议|代|加|攞|拿|变更|用)"
)
_ME = (
    r"(我们|我|俺们|俺|咱们|咱|阮|涯|𠊎|阿拉|额|偶|伲|娃|孩子|孙子|孙女|儿子|女儿|闺女|老伴|老头子"
    r"|老婆|老公|老汉|我?爸|我?妈|爹|娘|爷爷|奶奶|他|她|家里人|你们|全家|一家人)"
)
REQUEST = re.compile(
    rf"(帮|替|给|畀|予|和|跟|搭|共){_ME}.{{0,8}}{_DO}"  # 帮我…办
    rf"|帮(忙|手|到).{{0,8}}{_DO}|帮{_DO}|麻烦(你|您|侬)?.{{0,6}}{_DO}|(请|劳烦)(你|您)?(帮|给|替)?.{{0,4}}{_DO}(一?下|个)"
    rf"|(^|[，,。我俺涯阮咱])(要|想要?|爱|愛|欲|需要)(来|去|现在|马上|今天|而家|这马)?(同|给|替|帮|为|跟)?{_ME}?[^，,。吗么咋啥]{{0,4}}?{_DO}"
    rf"|(我|俺|咱|涯|阮)(就|现在)?(来|是来|过来){_DO}|来{_DO}[^，,。]{{0,8}}的$"
    rf"|(查|看|催|问|约|办|交|缴|登记|反映|申请|预约|认证|改|换|记|弄|瞧)(一下|下子|一哈|哈子|下|一查|查|看看|一看|一催|催|个)"
    rf"|预约|^(来|俺|我来)?(投诉|举报|反映|登记|申请|催|查|办|约|开通|授权|委托|来交|改执照|变更|交|缴)|把.{{1,12}}{_DO}(了|掉)$"
    rf"|(让|叫|喊|俾){_ME}.{{0,8}}(代|替|帮)|(提|有)(个|一个|点)?(意见|建议)|(看看|看下).{{0,3}}我|(马上|现在就?|立刻|而家)(就)?(给|帮|替)?我?{_DO}"
)
OWN_CASE = re.compile(
    r"(办好|办成|办妥|批下来|批|下来|到账|到帐|报下来|报上|录上|录取|审过|审核|通过|摇上|交上|弄好|搞好|办完|办|报|处理好?|受理|好|成|收到|出来)了?"
    r"(没有?|未|冇|无|伐|莫得|没得|不曾)(啊|呀|嘛|呢|哦|咯|啦|了|哩|嘞)?[？?]?$"
    r"|(到|在)(哪|啥|什么)(了|一?步|一?环节|地步)|分到哪|录到哪|进度|有(没有?|没得)?(消息|信儿|音信|回音|动静|结果)"
    r"|(咋|怎么|怎)样了|(咋|怎么)还(没|不)(到|下|批|来|办|发|给|好|报)|还没(批|下来|到账|办好|回音|消息)"
    r"|(有没有|有冇|有没得|有莫得)(断缴|违章|扣分|欠费)|闯了?.{0,3}红灯|被拍"
)
ASKS = re.compile(
    r"怎么(办|取|交|缴|领|认|弄|查|换|补|续|申|提|改|预约|登记|操作|算)|咋(个|子)?(办|取|交|缴|领|认|弄|查|换|补|续|申|提|改|整|搞|算)"
    r"|如何|几次|几回|多久|多长时间|多大|几岁|多少钱|几多钱|好多钱|什么条件|啥条件|什么材料|啥材料|带什么|带啥|哪些|为什么|为啥|凭什么"
    r"|要(啥|什么|带|哪)|啥手续|哪(里|儿|个)|去哪|在哪|(什么|啥)时候|几时|去边|喺边|到佗|几百|几块|几个"
    r"|用不用|要不要|算不算|会不会|能不能(?!帮|给|替)|可不可以(?!帮|给|替)|有什么用|有啥用|什么意思|好处|(吗|伐)[？?]?$"
)
PLEASE = re.compile(rf"(帮|替|给){_ME}|帮忙|查|看看|催|约")


AGAIN = re.compile(r"遍|重复|重(新)?(说|讲|播)|听|再(说|讲|播)|一次|讲过|说过|什么|啥|咩|乜|慢|刚才|刚刚|上一句|最后")
SHORT = 7
"""Characters below which “repeat” needs none of these words."""


def intent_for(text: str, predicted: str) -> str | None:
    """`ask_policy` when a service was predicted for what is no request, or “repeat” for a story, else None."""
    if predicted == "repeat":
        return "ask_policy" if len(text) >= SHORT and not AGAIN.search(text) else None
    if predicted in GENERAL_INTENTS or predicted == "nlu_fallback":
        return None
    if OWN_CASE.search(text):
        return None
    asked = ASKS.search(text) and not PLEASE.search(text)
    return "ask_policy" if asked or not REQUEST.search(text) else None


try:  # the pure part above is tested outside the engine's environment
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    from nlu.components.deciding import Deciding
except ImportError:
    pass
else:

    @DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
    class QuestionNotRequest(Deciding):
        """Turns a service intent into `ask_policy` when the sentence only asks."""

        def decide(self, text: str, intent: dict[str, Any], metadata: dict[str, Any]) -> str | None:
            return intent_for(text, intent.get("name") or "")
