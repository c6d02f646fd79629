//! Turns the parts of a plan that are ours into bytes and back.
//!
//! Scans are DataFusion's own by the time a plan travels (see [`super::pin`]), and `label` is a CASE, so only
//! the department's functions are left. Each takes along what it depends on, the workspace's calendar and the
//! language, so that an executor has no say in what a function gives.

use std::sync::Arc;

use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::common::tree_node::TreeNode as _;
use datafusion::common::{Result, plan_err};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::ScalarUDF;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{ExecutionPlan, Partitioning};
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};

use super::super::functions;

/// Tells whether a plan deals rows out by what one of the department's functions gives. Ballista writes the expressions
/// of a deal without this codec, so such a plan cannot travel.
pub(super) fn deals_by_function(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    plan.exists(|node| {
        let Some(deal) = node.downcast_ref::<RepartitionExec>() else { return Ok(false) };
        let Partitioning::Hash(expressions, _) = deal.partitioning() else { return Ok(false) };
        let is_ours = |expression: &Arc<dyn PhysicalExpr>| {
            let call = expression.downcast_ref::<ScalarFunctionExpr>();
            Ok(call.is_some_and(|call| functions::is_domain_function(call.fun())))
        };
        expressions.iter().try_fold(false, |found, expression| Ok(found || expression.exists(is_ours)?))
    })
}

/// Ballista's codec, which also knows the department's functions.
#[derive(Debug, Default)]
pub(super) struct Codec {
    ballista: BallistaPhysicalExtensionCodec,
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.ballista.try_decode(bytes, inputs, context, converter)
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        self.ballista.try_encode(node, bytes, converter)
    }

    fn try_encode_udf(&self, function: &ScalarUDF, bytes: &mut Vec<u8>) -> Result<()> {
        if let Some(packed) = functions::pack(function)? {
            bytes.extend(packed);
        }
        Ok(())
    }

    fn try_decode_udf(&self, name: &str, bytes: &[u8]) -> Result<Arc<ScalarUDF>> {
        let Some(function) = functions::unpack(name, bytes)? else {
            return plan_err!("function `{name}` does not exist on executors");
        };
        Ok(Arc::new(function))
    }
}
