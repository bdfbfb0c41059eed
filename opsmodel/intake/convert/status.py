"""What an order's status says about its money."""

import ibis
import ibis.expr.types as ir

from opsmodel.intake.convert.text import plain


def refunded(status: ir.StringValue) -> ir.StringValue:
    """ "full", "partial" or "none" refunded, or "unpaid" for what never became an order.

    A refund asked for, refused or withdrawn is none. A status that says nothing of money is none.

    >>> [refunded(ibis.literal(t)).execute() for t in ("退款成功", "部分退款", "交易成功", "待付款")]
    ['full', 'partial', 'none', 'unpaid']
    """
    text = plain(status).lower().replace(" ", "")
    undone = text.re_search(
        r"退款(?:中|失败|关闭|驳回|拒绝|取消|审核|处理|申请)|(?:申请|待|拒绝|未|无|取消|撤销|驳回)退|notrefunded|refund(?:ing|requested|pending|rejected|failed)"
    )
    partial = text.re_search(r"部分退|partial\w*refund|partially_?refunded|refund\w*partial")
    full = text.re_search(r"退款|退货|已退|退单|refund|returned")
    unpaid = text.re_search(
        r"取消|未支付|未付款|待付|待支付|等待(?:买家)?付|支付失败|付款失败|关闭|作废|cancel|unpaid|void|(?:pending|awaiting)_?payment|closed"
    )
    return ibis.cases(
        (partial & ~undone, "partial"),
        (undone, "none"),
        (full, "full"),
        (unpaid, "unpaid"),
        else_="none",
    )
